import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { Notification } from '../../core/image/push.ts'
import { requireAuthorization } from './authentication.ts'
import { maxEvents, parseJson, shapeOf, text } from './body.ts'
import { deleted, ignored, pushed } from './classify.ts'
import type { ManifestClaim } from './classify.ts'
import type { Dialect } from './dialect.ts'

const event = Type.Object({
  action: Type.String(),
  target: Type.Object({
    mediaType: text,
    digest: text,
    repository: text,
    url: text,
    tag: text,
    /** Config and layers; only with `events.includereferences: true`. */
    references: Type.Optional(Type.Union([Type.Array(Type.Object({ mediaType: text })), Type.Null()])),
  }),
  actor: Type.Optional(Type.Union([Type.Object({ name: text }), Type.Null()])),
})
type Event = Static<typeof event>

const envelope = shapeOf(Type.Object({ events: Type.Array(event, { maxItems: maxEvents }) }))

/**
 * CNCF Distribution 2 and 3, and what is built on it (GitLab). It authenticates by whatever static headers its operator
 * configured, and sends an event again until it is taken, one after the other: what is of no interest must not be refused.
 * https://distribution.github.io/distribution/about/notifications/
 */
export const distribution: Dialect = {
  name: 'distribution',
  authenticate: ({ headers }, secrets) => requireAuthorization(headers, secrets),
  notifications: ({ body }) => envelope(parseJson(body)).events.map(notificationOf),
}

function notificationOf({ action, target, actor }: Event): Notification {
  switch (action) {
    case 'push':
      return isBlob(target) ? ignored('blob') : pushed({ ...target, actor: actor?.name, manifest: manifestOf(target) })
    case 'delete':
      // Blob and manifest deletions look the same; forgetting a digest that is no image does nothing.
      return deleted(target)
    case 'pull':
    case 'mount':
      return ignored(action)
    default:
      return ignored('other-event')
  }
}

function isBlob({ mediaType, url }: Event['target']): boolean {
  return mediaType === 'application/octet-stream' || /\/blobs\/[^/]+$/.test(url ?? '')
}

function manifestOf({ references }: Event['target']): ManifestClaim | undefined {
  return references ? { mediaTypes: references.map(({ mediaType }) => mediaType ?? '') } : undefined
}
