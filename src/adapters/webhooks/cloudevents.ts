import { PackageURL } from 'packageurl-js'
import { Type } from 'typebox'
import type { Notification } from '../../core/image/push.ts'
import { requireAuthorization } from './authentication.ts'
import { malformed, shapeOf } from './body.ts'
import { ignored, pushed } from './classify.ts'
import { cloudEventsOf } from './cloud-event.ts'
import type { CloudEvent } from './cloud-event.ts'
import type { Dialect } from './dialect.ts'
import { genericNotification } from './generic-push.ts'
import { zotNotification } from './zot-event.ts'

const cdEvent = shapeOf(Type.Object({ subject: Type.Object({ id: Type.String() }) }))

/**
 * Any producer of CloudEvents 1.0, in binary, structured or batch mode: zot's types, CDEvents' `artifact.published`, and
 * `dev.tallyman.image.pushed` with our generic contract as its data.
 */
export const cloudevents: Dialect = {
  name: 'cloudevents',
  authenticate: ({ headers }, secrets) => requireAuthorization(headers, secrets),
  notifications: (request) => cloudEventsOf(request).map(notificationOf),
}

function notificationOf(event: CloudEvent): Notification {
  if (event.type.startsWith('zotregistry.')) return zotNotification(event)
  if (event.type.startsWith('dev.cdevents.artifact.published.')) return artifactPublished(event)
  if (event.type === 'dev.tallyman.image.pushed') return genericNotification(event.data())
  return ignored('other-event')
}

/** https://cdevents.dev: the subject's id is a purl of type oci, whose repository_url is host and repository. */
function artifactPublished(event: CloudEvent): Notification {
  const { type, version, qualifiers } = parsePurl(cdEvent(event.data()).subject.id)
  if (type !== 'oci' && type !== 'docker') return ignored('not-an-image')
  const location = qualifiers?.['repository_url']?.replace(/^https?:\/\//, '') ?? ''
  const slash = location.indexOf('/')
  const [host, repository] = [location.slice(0, Math.max(slash, 0)), location.slice(slash + 1)]
  return host ? pushed({ host, repository, tag: qualifiers?.['tag'], digest: version }) : ignored('invalid-name')
}

function parsePurl(text: string): PackageURL {
  try {
    return PackageURL.fromString(text)
  } catch (error) {
    throw malformed(`the event's subject is not a purl`, error)
  }
}
