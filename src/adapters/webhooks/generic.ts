import { header, requireSignature, unauthorized } from './authentication.ts'
import { parseJson } from './body.ts'
import type { Dialect, WebhookRequest } from './dialect.ts'
import { genericNotification } from './generic-push.ts'

/** Enough for clocks that differ and a slow pipeline; a recorded notification is of no use after it. */
const maxAgeSeconds = 300

/**
 * tallyman's own contract, for pipelines and registries of other kinds: the body is `{"image": "…"}`, the header
 * `X-Tallyman-Timestamp` is in seconds since 1970, and `X-Tallyman-Signature` is `sha256=` and the hex HMAC-SHA256 of
 * timestamp, a dot, and the body.
 */
export const generic: Dialect = {
  name: 'generic',
  authenticate({ headers, body }: WebhookRequest, secrets) {
    const timestamp = header(headers, 'x-tallyman-timestamp')
    if (timestamp === undefined) throw unauthorized('the notification has no X-Tallyman-Timestamp header')
    requireSignature(headers, 'X-Tallyman-Signature', [Buffer.from(`${timestamp}.`), body], secrets)
    requireRecent(timestamp)
  },
  notifications: ({ body }) => [genericNotification(parseJson(body))],
}

function requireRecent(timestamp: string): void {
  if (!/^\d{1,12}$/.test(timestamp)) throw unauthorized('X-Tallyman-Timestamp is not a number of seconds since 1970')
  const age = Date.now() / 1000 - Number(timestamp)
  if (Math.abs(age) > maxAgeSeconds) {
    throw unauthorized(`X-Tallyman-Timestamp is more than ${maxAgeSeconds} seconds off: check the sender's clock`)
  }
}
