import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { baseSummarySchema } from '../schemas/base.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'

const outcomes = ['fail', 'inconclusive', 'warn'] as const

const filters = listQuery({
  registry: filter('name of a declared registry where the base lies'),
  repository: filter('path without host of the base'),
  outcome: Type.Optional(Type.Enum([...outcomes], { type: 'string', description: 'of images with this verdict now' })),
})

/** Base images, and what a rebuild of each would do. */
export const baseRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'listBases',
    summary: 'Base images, first those whose rebuild would turn most images green',
    tags: ['images'],
    security: needsToken,
    querystring: filters,
    response: { 200: pageOf(ref(baseSummarySchema)) },
  }
  app.route({
    method: 'GET',
    url: '/bases',
    schema,
    handler: async (request) => {
      const { filter, page } = splitQuery(request.query)
      return deps.store.rebuilds.list(filter, page)
    },
  })
}
