import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { packageSummarySchema } from '../schemas/package.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'

const filters = listQuery({
  name: filter('exact name'),
  ecosystem: filter('as OSV names it, with release: Debian:12, npm'),
  version: filter('exact version'),
})

/** Packages over all stored images. */
export const packageRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    operationId: 'listPackages',
    summary: 'Packages, with how many images have each and how many vulnerabilities affect it',
    tags: ['packages'],
    security: needsToken,
    querystring: filters,
    response: { 200: pageOf(ref(packageSummarySchema)) },
  }
  app.route({
    method: 'GET',
    url: '/packages',
    schema,
    handler: async (request) => {
      const { filter, page } = splitQuery(request.query)
      return deps.store.packages.list(filter, page)
    },
  })
}
