import type { IncomingHttpHeaders } from 'node:http'
import { Type } from 'typebox'
import type { Static } from 'typebox'
import { header } from './authentication.ts'
import { malformed, maxEvents, parseJson, shapeOf, text } from './body.ts'
import type { WebhookRequest } from './dialect.ts'

/** The part of a CloudEvent that we use. `data` is parsed when asked for: events of no interest may carry anything. */
export interface CloudEvent {
  readonly type: string
  readonly subject?: string
  data(): unknown
}

const structuredEvent = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String(),
  source: Type.String(),
  type: Type.String(),
  subject: text,
  data: Type.Optional(Type.Unknown()),
  data_base64: text,
})
const structured = shapeOf(structuredEvent)
const batch = shapeOf(Type.Array(structuredEvent, { maxItems: maxEvents }))

/**
 * The events of a request in any of the three modes, told apart by the content type
 * (https://github.com/cloudevents/spec, http-protocol-binding section 3). WEBHOOK_MALFORMED if it is none.
 */
export function cloudEventsOf({ headers, body }: WebhookRequest): readonly CloudEvent[] {
  const contentType = header(headers, 'content-type')?.toLowerCase() ?? ''
  // The batch's prefix contains the structured one's: it goes first.
  if (contentType.startsWith('application/cloudevents-batch')) return batch(parseJson(body)).map(fromStructured)
  if (contentType.startsWith('application/cloudevents')) return [fromStructured(structured(parseJson(body)))]
  return [fromBinary(headers, body)]
}

function fromStructured(event: Static<typeof structuredEvent>): CloudEvent {
  const { type, subject, data_base64: encoded } = event
  const data = () => (encoded ? parseJson(Buffer.from(encoded, 'base64')) : event.data)
  return { type, ...(subject ? { subject } : {}), data }
}

function fromBinary(headers: IncomingHttpHeaders, body: Buffer): CloudEvent {
  const [specversion, , , type] = ['specversion', 'id', 'source', 'type'].map((name) =>
    requiredAttribute(headers, name),
  )
  if (specversion !== '1.0' || !type) throw malformed(`the CloudEvent's specversion is not 1.0`)
  const subject = attribute(headers, 'subject')
  return { type, ...(subject ? { subject } : {}), data: () => parseJson(body) }
}

function requiredAttribute(headers: IncomingHttpHeaders, name: string): string {
  const value = attribute(headers, name)
  if (value === undefined) {
    throw malformed(
      `the notification is no CloudEvent: neither its content type says so nor has it a ce-${name} header`,
    )
  }
  return value
}

/** Header values are percent-encoded UTF-8, and some senders quote them (http-protocol-binding section 3.1.3.2). */
function attribute(headers: IncomingHttpHeaders, name: string): string | undefined {
  const raw = header(headers, `ce-${name}`)?.replace(/^"(?<value>.*)"$/, '$<value>')
  if (raw === undefined) return undefined
  try {
    return decodeURIComponent(raw)
  } catch (error) {
    throw malformed(`the ce-${name} header is not percent-encoded UTF-8`, error)
  }
}
