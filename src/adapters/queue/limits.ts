import { TallymanError } from '../../errors.ts'
import type { Job } from './queue.ts'

/** A job names work, it does not carry it; SQS takes 256 KiB in all, with the envelope. */
const maxPayloadBytes = 64 * 1024
/** The longest reference is about 600 characters: host 255, repository 255, tag or digest 128. */
const maxKeyLength = 1024
/** Enough for a message and the first lines of its cause; the log has the rest. */
const maxErrorLength = 2000
export const maxDeadPage = 1000
/** With the delays of flows/work.ts five attempts outlast an outage of ten minutes; more would only hide what is broken. */
export const defaultMaxAttempts = 5

/**
 * The payload as JSON text. Printable ASCII for names and well-formed text without NUL for the rest is what SQLite,
 * PostgreSQL and SQS all store; one job that a database refuses would fail all others that share its commit.
 */
export function payloadText(job: Job): string {
  for (const name of [job.kind, job.key]) {
    if (name.length > maxKeyLength || !/^[\x20-\x7e]+$/.test(name)) {
      const shown = JSON.stringify(name.slice(0, 100))
      throw new TallymanError(
        'INTERNAL',
        `a job's kind and key are 1 to ${maxKeyLength} printable characters, not ${shown}`,
      )
    }
  }
  // JSON.stringify escapes control characters and lone surrogates; SQS refuses two more, and its emulators all surrogates.
  const text = JSON.stringify(job.payload).replace(/[\uD800-\uDFFF\uFFFE\uFFFF]/g, escaped)
  const bytes = Buffer.byteLength(text)
  if (bytes <= maxPayloadBytes) return text
  throw new TallymanError(
    'INTERNAL',
    `the payload of job ${job.kind} ${job.key} has ${bytes} bytes, at most ${maxPayloadBytes} are queued`,
  )
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16)}`
}

export function boundedError(error: string): string {
  // oxlint-disable-next-line no-control-regex
  const text = error.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\uFFFE\uFFFF]/g, ' ')
  return text.length > maxErrorLength ? `${text.slice(0, maxErrorLength - 1).toWellFormed()}…` : text
}
