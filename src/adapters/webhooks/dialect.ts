import type { IncomingHttpHeaders } from 'node:http'
import type { Notification } from '../../core/image/push.ts'

/** A notification as it came over the wire; `body` is the raw bytes, because signatures are made over them. */
export interface WebhookRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * How one kind of registry notifies. A value: one file, one exported const, one line in dialects.ts, fixtures of real
 * bodies beside it. `authenticate` runs first, over the raw bytes and in constant time.
 */
export interface Dialect {
  readonly name: string
  /** WEBHOOK_UNAUTHORIZED unless one of the configured secrets fits (two are active while one is rotated). */
  authenticate(request: WebhookRequest, secrets: readonly string[]): void
  /** WEBHOOK_MALFORMED if the body is not of the dialect's form; unknown fields are tolerated. */
  notifications(request: WebhookRequest): Notification[]
}
