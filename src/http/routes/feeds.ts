import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { Snapshot } from '../../adapters/store/records.ts'
import type { AppDeps } from '../deps.ts'
import { needsToken } from '../openapi.ts'
import { feedStatusSchema, type FeedStatus } from '../schemas/feed.ts'
import { ref } from '../schemas/shape.ts'

/** Older feed data than this is stale where nothing else is configured: OSV changes many times a day. */
const defaultStaleAfterSeconds = 24 * 60 * 60

/** The vulnerability data in force. */
export const feedRoutes: FastifyPluginAsyncTypebox<{ deps: AppDeps }> = async (app, { deps }) => {
  const { feeds, staleAfterSeconds = defaultStaleAfterSeconds, now = () => new Date() } = deps
  const schema = {
    operationId: 'getFeeds',
    summary: 'The snapshot in force and the state of each feed in it',
    tags: ['work'],
    security: needsToken,
    response: { 200: ref(feedStatusSchema) },
  }
  app.get('/feeds', { schema }, async () => feedStatus(await feeds(), staleAfterSeconds, now()))
}

function feedStatus(snapshot: Snapshot | undefined, staleAfterSeconds: number, now: Date): FeedStatus {
  if (!snapshot) return { snapshot: null, adoptedAt: null, ageSeconds: null, stale: true, feeds: [] }
  const oldest = Math.min(...snapshot.feeds.map(({ fetched }) => Date.parse(fetched)))
  const ageSeconds = Number.isFinite(oldest) ? Math.max(0, Math.round((now.getTime() - oldest) / 1_000)) : null
  return {
    snapshot: snapshot.number,
    adoptedAt: snapshot.adoptedAt,
    ageSeconds,
    stale: ageSeconds === null || ageSeconds > staleAfterSeconds,
    feeds: snapshot.feeds,
  }
}
