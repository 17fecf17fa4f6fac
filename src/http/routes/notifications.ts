import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { noticeDeliverySchema, noticeStatuses } from '../schemas/notification.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'

const filters = listQuery({
  rule: filter('name of a rule in the configuration'),
  status: Type.Optional(Type.Enum([...noticeStatuses], { type: 'string' })),
})

/** Who was told what, and how its delivery went. */
export const notificationRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'listNotifications',
    summary: 'Notifications with how their delivery went, newest first',
    tags: ['work'],
    security: needsToken,
    querystring: filters,
    response: { 200: pageOf(ref(noticeDeliverySchema)) },
  }
  app.route({
    method: 'GET',
    url: '/notifications',
    schema,
    handler: async (request) => {
      const { filter: asked, page } = splitQuery(request.query)
      return deps.store.notices.list(asked, page)
    },
  })
}
