import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { changedVerdictSchema } from '../schemas/change.ts'
import { listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'
import { outcomes } from '../schemas/verdict.ts'

const filters = listQuery({
  since: Type.String({ format: 'date-time', description: 'that time and later, RFC 3339' }),
  outcome: Type.Optional(Type.Enum([...outcomes], { type: 'string', description: 'what it became' })),
})

/** What became of verdicts, over all images. */
export const changeRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const schema = {
    tags: ['images'],
    security: needsToken,
    operationId: 'listChanges',
    summary: 'Verdicts that changed, newest first: before, after, and the cause',
    querystring: filters,
    response: { 200: pageOf(ref(changedVerdictSchema)) },
  }
  app.route({
    method: 'GET',
    url: '/changes',
    schema,
    handler: async (request) => {
      const { filter, page } = splitQuery(request.query)
      // Times are compared as texts: one form for all of them.
      return deps.store.verdicts.changes({ ...filter, since: new Date(filter.since).toISOString() }, page)
    },
  })
}
