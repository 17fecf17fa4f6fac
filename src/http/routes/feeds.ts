import { Type, type FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { feedStatus } from '../../flows/feed-status.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { feedCandidateSchema, feedDifferenceSchema, feedStatusSchema } from '../schemas/feed.ts'
import { filter, listQuery, pageOf, splitQuery } from '../schemas/page.ts'
import { ref } from '../schemas/shape.ts'

const about = { tags: ['work'], security: needsToken }
const snapshotNumber = (description: string) => Type.Integer({ minimum: 0, maximum: 2_147_483_647, description })

/** The vulnerability data in force, what changed in it, and what was held back. */
export const feedRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { store, feedPlaces, staleAfterSeconds, now = () => new Date() } = deps
  const schema = {
    ...about,
    operationId: 'getFeeds',
    summary: 'The snapshot in force, the state of each feed in it, and what was held back',
    response: { 200: ref(feedStatusSchema) },
  }
  app.route({
    method: 'GET',
    url: '/feeds',
    schema,
    handler: async () => feedStatus(store, now(), feedPlaces, staleAfterSeconds),
  })

  const diffSchema = {
    ...about,
    operationId: 'diffFeeds',
    summary: 'The records that are others at one snapshot than at an earlier one',
    querystring: listQuery({
      from: snapshotNumber('the earlier one; 0 is before the first'),
      to: snapshotNumber('the later one'),
      feed: filter('name of a feed'),
    }),
    response: { 200: pageOf(ref(feedDifferenceSchema)) },
  }
  app.route({
    method: 'GET',
    url: '/feeds/diff',
    schema: diffSchema,
    handler: async (request) => {
      const { filter, page } = splitQuery(request.query)
      return store.feeds.diff(filter.from, filter.to, filter.feed ?? null, page)
    },
  })

  const adoptSchema = {
    ...about,
    operationId: 'adoptFeed',
    summary: 'Lets a state that was held back be adopted: the feeds role does so within seconds',
    params: Type.Object({ name: Type.String({ minLength: 1, maxLength: 100, description: 'name of the feed' }) }),
    response: { 202: ref(feedCandidateSchema) },
  }
  app.route({
    method: 'POST',
    url: '/feeds/:name/adopt',
    schema: adoptSchema,
    handler: async (request, reply) => reply.status(202).send(await store.feeds.approve(request.params.name)),
  })
}
