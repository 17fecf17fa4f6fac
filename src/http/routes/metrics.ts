import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { HttpMetrics } from '../metrics.ts'
import { needsToken } from '../openapi.ts'

/** For Prometheus. It needs a token where tokens are configured: route labels and lane depths are nobody else's business. */
export const metricsRoute: FastifyPluginAsyncTypebox<{ metrics: HttpMetrics }> = async (app, { metrics }) => {
  const { contentType } = metrics.registry
  const schema = {
    operationId: 'metrics',
    summary: 'Metrics in Prometheus’ text format',
    tags: ['operations'],
    security: needsToken,
    response: { 200: { description: 'Metrics.', content: { 'text/plain': { schema: Type.String() } } } },
  }
  app.route({
    method: 'GET',
    url: '/metrics',
    schema,
    handler: async (_request, reply) => {
      return reply.header('content-type', contentType).send(await metrics.render())
    },
  })
}
