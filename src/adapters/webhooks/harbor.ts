import { Type } from 'typebox'
import type { Notification } from '../../core/image/push.ts'
import { requireAuthorization } from './authentication.ts'
import { maxEvents, parseJson, shapeOf, text } from './body.ts'
import { deleted, ignored, pushed } from './classify.ts'
import type { Dialect } from './dialect.ts'

/** Both formats name the type; a CloudEvent carries the Default format's `event_data` as `data`. */
const event = shapeOf(
  Type.Object({
    type: Type.String(),
    operator: text,
    event_data: Type.Optional(Type.Unknown()),
    data: Type.Optional(Type.Unknown()),
  }),
)

const artifacts = shapeOf(
  Type.Object({
    resources: Type.Array(Type.Object({ digest: text, tag: text }), { maxItems: maxEvents }),
    repository: Type.Object({ repo_full_name: Type.String() }),
  }),
)

/**
 * Harbor's webhook policies, in the payload formats Default and CloudEvents (structured). `auth_header` of the policy
 * arrives verbatim as `Authorization`. https://goharbor.io/docs/main/working-with-projects/project-configuration/configure-webhooks/
 */
export const harbor: Dialect = {
  name: 'harbor',
  authenticate: ({ headers }, secrets) => requireAuthorization(headers, secrets),
  notifications({ body }) {
    const { type, operator, event_data: data, data: cloudEventData } = event(parseJson(body))
    return notificationsOf(type, operator, data ?? cloudEventData)
  },
}

function notificationsOf(type: string, operator: string | null | undefined, data: unknown): Notification[] {
  switch (type) {
    case 'PUSH_ARTIFACT':
    case 'harbor.artifact.pushed': {
      const { resources, repository } = artifacts(data)
      return resources.map(({ tag, digest }) =>
        pushed({ repository: repository.repo_full_name, tag, digest, actor: operator }),
      )
    }
    case 'DELETE_ARTIFACT':
    case 'harbor.artifact.deleted': {
      const { resources, repository } = artifacts(data)
      return resources.map((resource) => artifactDeleted(repository.repo_full_name, resource))
    }
    case 'PULL_ARTIFACT':
    case 'harbor.artifact.pulled':
      return [ignored('pull')]
    case 'SCANNING_COMPLETED':
    case 'SCANNING_FAILED':
    case 'SCANNING_STOPPED':
    case 'harbor.scan.completed':
    case 'harbor.scan.failed':
    case 'harbor.scan.stopped':
      return [ignored('scan')]
    default:
      // Replication, quota, tag retention: a replication that brings an image sends PUSH_ARTIFACT beside it.
      return [ignored('other-event')]
  }
}

/** The digest is gone with all its tags, though the event names only the first of them. */
function artifactDeleted(repository: string, { digest }: { digest?: string | null }): Notification {
  return digest ? deleted({ repository, digest }) : ignored('invalid-name')
}
