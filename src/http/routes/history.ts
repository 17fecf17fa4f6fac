import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { replayVerdict } from '../../flows/replay-verdict.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { replaySchema } from '../schemas/as-of.ts'
import { listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'
import { digestSchema, historyRecordSchema } from '../schemas/verdict.ts'
import { notStored } from './images.ts'

const about = { tags: ['images'], security: needsToken }

/** What images were judged to be, and whether that can be told again from what is stored. */
export const historyRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const historySchema = {
    ...about,
    operationId: 'getImageHistory',
    summary: 'Its verdicts, newest first, with the cause of each change',
    params: Type.Object({ digest: digestSchema }),
    querystring: listQuery({}),
    response: { 200: pageOf(ref(historyRecordSchema)) },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest/history',
    schema: historySchema,
    handler: async (request) => {
      const { digest } = request.params
      const history = await deps.store.verdicts.history(digest, splitQuery(request.query).page)
      if (history.items.length === 0 && !(await deps.store.images.get(digest))) throw notStored(digest)
      return history
    },
  })

  const replayRouteSchema = {
    ...about,
    operationId: 'replayVerdict',
    summary: 'One of its verdicts, judged again from what was kept of its making',
    params: Type.Object({ digest: digestSchema, id: Type.Integer({ minimum: 1 }) }),
    response: { 200: ref(replaySchema) },
  }
  app.route({
    method: 'GET',
    url: '/images/:digest/history/:id/replay',
    schema: replayRouteSchema,
    handler: async (request) => replayVerdict(request.params.digest, request.params.id, deps.store),
  })
}
