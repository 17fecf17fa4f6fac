import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { feedStatus } from '../../flows/feed-status.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { feedStatusSchema } from '../schemas/feed.ts'
import { ref } from '../schemas/shape.ts'

/** The vulnerability data in force. */
export const feedRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { feeds, staleAfterSeconds, now = () => new Date() } = deps
  const schema = {
    operationId: 'getFeeds',
    summary: 'The snapshot in force and the state of each feed in it',
    tags: ['work'],
    security: needsToken,
    response: { 200: ref(feedStatusSchema) },
  }
  app.route({
    method: 'GET',
    url: '/feeds',
    schema,
    handler: async () => feedStatus(await feeds(), now(), staleAfterSeconds),
  })
}
