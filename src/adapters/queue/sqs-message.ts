import type { Message, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs'
import { boundedError, payloadText } from './limits.ts'
import { lanes, type DeadJob, type Lane, type LeasedJob } from './queue.ts'
import type { WaitingJob } from './waiting-jobs.ts'

/** The longest delay that SQS knows for a new message. A job that comes early does no harm. */
const maxDelaySeconds = 900

export type Entry = Omit<SendMessageBatchRequestEntry, 'Id'> & { readonly MessageBody: string }

/** A message's body is one JSON object: kind, key, enqueuedAt (milliseconds), payload. Its lane is its queue. */
export function entryOf({ kind, key, payload, delayMs }: WaitingJob): Entry {
  const delay = Math.min(maxDelaySeconds, Math.ceil(delayMs / 1000))
  return { MessageBody: bodyText(kind, key, Date.now(), payload), ...(delay > 0 && { DelaySeconds: delay }) }
}

function bodyText(kind: string, key: string, enqueuedAt: number, payload: string): string {
  return `${JSON.stringify({ kind, key, enqueuedAt }).slice(0, -1)},"payload":${payload}}`
}

/** The body of a job that was received. */
export function bodyAgain(job: LeasedJob): string {
  return bodyText(job.kind, job.key, job.enqueuedAt.getTime(), payloadText(job))
}

/** Undefined if the message is not one of ours. */
export function leasedJobOf(message: Message, lane: Lane): LeasedJob | undefined {
  const body = bodyOf(message)
  if (!body || !message.MessageId || !message.ReceiptHandle) return undefined
  const attempt = Number(message.Attributes?.ApproximateReceiveCount ?? 1)
  return { ...body, id: message.MessageId, lease: message.ReceiptHandle, lane, attempt }
}

function bodyOf({ Body }: Message): Pick<LeasedJob, 'kind' | 'key' | 'payload' | 'enqueuedAt'> | undefined {
  try {
    const { kind, key, payload, enqueuedAt } = JSON.parse(Body ?? '') as Record<string, unknown>
    if (typeof kind !== 'string' || typeof key !== 'string' || typeof enqueuedAt !== 'number') return undefined
    if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return undefined
    return { kind, key, payload: payload as Record<string, unknown>, enqueuedAt: new Date(enqueuedAt) }
  } catch {
    return undefined
  }
}

/** The body as it was, and beside it what the dead letter is about. */
export function deadEntryOf(body: string, lane: Lane, attempt: number, error: string): Entry {
  const attribute = (text: string) => ({ DataType: 'String', StringValue: text })
  return {
    MessageBody: body,
    MessageAttributes: {
      lane: attribute(lane),
      attempt: attribute(String(attempt)),
      error: attribute(boundedError(error).replace(/[\u{10000}-\u{10FFFF}]/gu, '\uFFFD') || 'unknown'),
      diedAt: attribute(String(Date.now())),
    },
  }
}

/** Also for letters that SQS itself put there, and for foreign ones: whatever lies there is shown. */
export function deadJobOf(message: Message): DeadJob {
  const { MessageId = '', Body = '', Attributes, MessageAttributes } = message
  const text = (name: string): string | undefined => MessageAttributes?.[name]?.StringValue
  const sent = Number(Attributes?.SentTimestamp ?? 0)
  const unknown = {
    kind: 'unknown',
    key: MessageId,
    payload: { body: Body.slice(0, 1000) },
    enqueuedAt: new Date(sent),
  }
  return {
    ...(bodyOf(message) ?? unknown),
    id: MessageId,
    lane: deadLane(message),
    attempt: Number(text('attempt') ?? Attributes?.ApproximateReceiveCount ?? 0),
    error: text('error') ?? 'SQS gave it up: it was received too often, and no worker said why',
    diedAt: new Date(Number(text('diedAt') ?? sent)),
  }
}

function deadLane({ Attributes, MessageAttributes }: Message): Lane {
  const named = MessageAttributes?.['lane']?.StringValue
  const source = Attributes?.DeadLetterQueueSourceArn
  return lanes.find((lane) => lane === named || source?.endsWith(`-${lane}`)) ?? 'sweep'
}
