import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../deps.ts'

const about = { tags: ['operations'] }
const healthy = Type.Object({ status: Type.Literal('ok'), version: Type.String() })

/** For probes and for programs that learn the API: open to all, as they tell nothing about images. */
export const operationRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const status = { status: 'ok' as const, version: deps.version }

  const healthSchema = { ...about, operationId: 'health', summary: 'The process is up', response: { 200: healthy } }
  app.route({ method: 'GET', url: '/healthz', schema: healthSchema, handler: async () => status })

  const readySchema = { ...about, operationId: 'ready', summary: 'Store and queue answer', response: { 200: healthy } }
  app.route({
    method: 'GET',
    url: '/readyz',
    schema: readySchema,
    handler: async () => {
      await Promise.all([deps.store.ping(), deps.queue.depth?.()])
      return status
    },
  })

  const document = Type.Unsafe<object>({ type: 'object', additionalProperties: true })
  const openapiSchema = { ...about, operationId: 'openapi', summary: 'This document', response: { 200: document } }
  app.route({ method: 'GET', url: '/openapi.json', schema: openapiSchema, handler: async () => app.swagger() })
}
