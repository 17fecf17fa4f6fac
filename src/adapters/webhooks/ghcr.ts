import { Type } from 'typebox'
import type { Static } from 'typebox'
import type { Notification } from '../../core/image/push.ts'
import { header, requireSignature } from './authentication.ts'
import { malformed, parseJson, shapeOf, text } from './body.ts'
import { ignored, pushed } from './classify.ts'
import type { Dialect, WebhookRequest } from './dialect.ts'

const packageShape = Type.Object({
  name: Type.String(),
  ecosystem: text,
  package_type: text,
  owner: Type.Object({ login: Type.String() }),
  package_version: Type.Optional(
    Type.Union([
      Type.Null(),
      Type.Object({
        version: text,
        container_metadata: Type.Optional(
          Type.Union([
            Type.Null(),
            Type.Object({
              tag: Type.Optional(Type.Union([Type.Null(), Type.Object({ name: text, digest: text })])),
              manifest: Type.Optional(Type.Union([Type.Null(), Type.Object({ digest: text, media_type: text })])),
            }),
          ]),
        ),
      }),
    ]),
  ),
})
type Package = Static<typeof packageShape>

const event = shapeOf(
  Type.Object({
    package: Type.Optional(packageShape),
    registry_package: Type.Optional(packageShape),
    sender: Type.Optional(Type.Union([Type.Null(), Type.Object({ login: text })])),
  }),
)

/**
 * GitHub's container registry: webhooks of an organisation, a repository or an app, for the events `package` or (older)
 * `registry_package`. https://docs.github.com/webhooks/webhook-events-and-payloads#package
 */
export const ghcr: Dialect = {
  name: 'ghcr',
  authenticate: ({ headers, body }, secrets) => requireSignature(headers, 'X-Hub-Signature-256', [body], secrets),
  notifications(request) {
    switch (header(request.headers, 'x-github-event')) {
      case 'package':
      case 'registry_package':
        return [packageNotification(event(parseJson(payloadOf(request))))]
      case 'ping':
        return [ignored('ping')]
      case undefined:
        throw malformed('the notification has no X-GitHub-Event header')
      default:
        return [ignored('other-event')]
    }
  },
}

/** A hook sends JSON, or a form with the JSON in one field, as its content type is set. */
function payloadOf({ headers, body }: WebhookRequest): Buffer | string {
  if (!header(headers, 'content-type')?.startsWith('application/x-www-form-urlencoded')) return body
  const payload = new URLSearchParams(body.toString()).get('payload')
  if (payload === null) throw malformed('the form has no field payload')
  return payload
}

function packageNotification({ sender, ...body }: ReturnType<typeof event>): Notification {
  const published = body.package ?? body.registry_package
  if (!published) throw malformed('the notification has neither package nor registry_package')
  if (!isContainer(published)) return ignored('not-an-image')
  const { version, container_metadata: metadata } = published.package_version ?? {}
  return pushed({
    // Owners and packages keep the case they were made with, names in the registry are lower case.
    repository: `${published.owner.login}/${published.name}`.toLowerCase(),
    tag: metadata?.tag?.name,
    digest: metadata?.tag?.digest || metadata?.manifest?.digest || version,
    mediaType: metadata?.manifest?.media_type,
    actor: sender?.login,
  })
}

/** The events are shared with npm, Maven and the rest; which of the two fields tells has changed over the years. */
function isContainer({ ecosystem, package_type: type }: Package): boolean {
  return [ecosystem, type].some((kind) => ['container', 'docker'].includes(kind?.toLowerCase() ?? ''))
}
