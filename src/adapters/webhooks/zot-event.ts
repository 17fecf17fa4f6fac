import { Type } from 'typebox'
import { isDigest } from '../../core/image/digest.ts'
import type { Notification } from '../../core/image/push.ts'
import { parseJson, shapeOf, text } from './body.ts'
import { deleted, ignored, pushed } from './classify.ts'
import type { ManifestClaim } from './classify.ts'
import type { CloudEvent } from './cloud-event.ts'

const image = shapeOf(
  Type.Object({
    name: Type.String(),
    /** Tag or digest. */
    reference: text,
    digest: text,
    mediaType: text,
    /** The whole manifest, as a string. */
    manifest: text,
    actor: Type.Optional(Type.Union([Type.Object({ name: text }), Type.Null()])),
  }),
)

const typed = Type.Optional(Type.Union([Type.Object({ mediaType: text }), Type.Null()]))
const manifestShape = shapeOf(
  Type.Object({
    artifactType: text,
    subject: Type.Optional(Type.Unknown()),
    config: typed,
    layers: Type.Optional(Type.Union([Type.Array(Type.Object({ mediaType: text })), Type.Null()])),
  }),
)

/** Types of https://zotregistry.dev (extension `events`), the same over HTTP and NATS. */
export function zotNotification(event: CloudEvent): Notification {
  switch (event.type) {
    case 'zotregistry.image.updated':
      return imageUpdated(event)
    case 'zotregistry.image.deleted':
      return imageDeleted(event)
    case 'zotregistry.image.scanned':
    case 'zotregistry.image.lint_failed':
      return ignored('scan')
    default:
      return ignored('other-event')
  }
}

function imageUpdated(event: CloudEvent): Notification {
  const { name, reference, digest, mediaType, manifest, actor } = image(event.data())
  const claim = { repository: name, tag: reference, digest, mediaType, actor: actor?.name }
  return pushed({ ...claim, manifest: manifest ? manifestClaim(manifest) : undefined })
}

/** Deleting a tag leaves the digest for its other tags, though the event names both. */
function imageDeleted(event: CloudEvent): Notification {
  const { name, reference, digest } = image(event.data())
  if (reference && !isDigest(reference)) return deleted({ repository: name, tag: reference })
  const gone = reference || digest
  return gone ? deleted({ repository: name, digest: gone }) : ignored('invalid-name')
}

/** Undefined if it cannot be understood: zot sends nothing twice, so let the scan say what is wrong with it. */
function manifestClaim(manifest: string): ManifestClaim | undefined {
  try {
    const { artifactType, subject, config, layers } = manifestShape(parseJson(manifest))
    const mediaTypes = [config, ...(layers ?? [])].map((descriptor) => descriptor?.mediaType ?? '')
    return { artifactType, hasSubject: subject !== undefined && subject !== null, mediaTypes }
  } catch {
    return undefined
  }
}
