import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { DeadJob, QueueAdmin } from '../../adapters/queue/queue.ts'
import { TallymanError } from '../../errors.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { jobsAnswerSchema, type DeadJobView } from '../schemas/job.ts'
import { listQuery, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'

const about = { tags: ['work'], security: needsToken }
const query = listQuery({ state: Type.Optional(Type.Enum(['dead'], { type: 'string', default: 'dead' })) })

const body = Type.Object(
  {
    ids: Type.Union(
      [
        Type.Enum(['all'], { type: 'string' }),
        Type.Array(Type.String({ minLength: 1, maxLength: 2_048 }), { minItems: 1, maxItems: 1_000 }),
      ],
      { description: 'ids of dead jobs, or "all"' },
    ),
  },
  { additionalProperties: false },
)

/** The queue: how much waits, and the jobs that failed for good. */
export const jobRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const listSchema = {
    ...about,
    operationId: 'listJobs',
    summary: 'Depth of the lanes, and the dead jobs, newest first',
    querystring: query,
    response: { 200: ref(jobsAnswerSchema) },
  }
  app.route({
    method: 'GET',
    url: '/jobs',
    schema: listSchema,
    handler: async (request) => {
      const admin = administered(deps.queue)
      const { page } = splitQuery(request.query)
      const [depth, { jobs, next }] = await Promise.all([admin.depth(), admin.dead(page)])
      return { depth, items: jobs.map(deadJobView), next }
    },
  })

  const replaySchema = {
    ...about,
    operationId: 'replayJobs',
    summary: 'Puts dead jobs back into their lanes with a fresh count of attempts',
    body,
    response: { 200: Type.Object({ replayed: Type.Integer({ minimum: 0 }) }) },
  }
  app.route({
    method: 'POST',
    url: '/jobs/replay',
    schema: replaySchema,
    handler: async (request) => {
      return { replayed: await administered(deps.queue).replay(request.body.ids) }
    },
  })
}

function administered(queue: AppDeps['queue']): QueueAdmin {
  const { depth, dead, replay } = queue
  if (!depth || !dead || !replay) {
    throw new TallymanError('NOT_FOUND', 'this queue cannot list its jobs; look at it with the tools of its service')
  }
  return {
    depth: () => depth.call(queue),
    dead: (page) => dead.call(queue, page),
    replay: (ids) => replay.call(queue, ids),
  }
}

function deadJobView({ id, lane, kind, key, payload, attempt, enqueuedAt, error, diedAt }: DeadJob): DeadJobView {
  const times = { enqueuedAt: enqueuedAt.toISOString(), diedAt: diedAt.toISOString() }
  return { id, lane, kind, key, payload, attempt, error, ...times }
}
