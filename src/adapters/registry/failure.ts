import { TallymanError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import { readAtMost } from './http.ts'
import type { HttpResponse } from './http.ts'
import { retryAfterMs } from './retry.ts'

/** distribution-spec "Error Codes" allows any body; the real ones have a few hundred bytes. */
const maxErrorBytes = 64 * 1024

const transientStatus: ReadonlySet<number> = new Set([408, 425, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524])

/** Whether the answer says nothing about the thing asked for, and another try may. */
export function isTransient(status: number): boolean {
  return status === 429 || transientStatus.has(status)
}

/** What a 429 or a server error means; `retryAfterMs` in the details where the registry named a time. */
export function transientFailure(response: HttpResponse): TallymanError {
  const wait = retryAfterMs(response.headers['retry-after'], Date.now())
  const details = {
    status: response.status,
    host: response.url.host,
    ...(wait !== undefined && { retryAfterMs: wait }),
  }
  const later = wait === undefined ? '' : ` and asked to come back in ${Math.ceil(wait / 1_000)} s`
  return response.status === 429
    ? new TallymanError('REGISTRY_RATE_LIMITED', `${response.url.host} refused more requests (429)${later}`, details)
    : new TallymanError('REGISTRY_UNAVAILABLE', `${response.url.host} answered ${response.status}${later}`, details)
}

/**
 * What an answer means that is not what was asked for. `missing` is the code of a 404; `what` names the thing, as in
 * `manifest team/api:1.0`.
 */
export async function refusal(
  response: HttpResponse,
  { missing, what }: { missing: ErrorCode; what: string },
  signal: AbortSignal,
): Promise<TallymanError> {
  const { status, url } = response
  const { codes, text } = await readErrors(response, signal)
  const said = text ? `: ${text}` : ''
  const details = { status, host: url.host, codes }
  if (status === 401 || status === 403) {
    return new TallymanError(
      'REGISTRY_UNAUTHORIZED',
      `${url.host} denies access to ${what} (${status})${said}`,
      details,
    )
  }
  if (status === 404) return new TallymanError(missing, `${url.host} has no ${what}${said}`, details)
  return new TallymanError('REGISTRY_PROTOCOL', `${url.host} answered ${status} for ${what}${said}`, details)
}

/** The error codes and the first message of a body, as far as it has the specified form. Leaves the connection free. */
export async function readErrors(
  response: HttpResponse,
  signal: AbortSignal,
): Promise<{ codes: string[]; text: string }> {
  const bytes = await readAtMost(response, maxErrorBytes, signal).catch(() => 'too large' as const)
  if (bytes === 'too large') return { codes: [], text: '' }
  try {
    const { errors } = JSON.parse(bytes.toString('utf8')) as { errors?: { code?: unknown; message?: unknown }[] }
    const list = Array.isArray(errors) ? errors.slice(0, 10) : []
    const codes = list.map(({ code }) => code).filter((code) => typeof code === 'string')
    const messages = list.map(({ message }) => message).filter((message) => typeof message === 'string')
    return { codes, text: printable([codes[0], messages[0]].filter(Boolean).join(' ')) }
  } catch {
    return { codes: [], text: '' } // HTML from a proxy, or nothing
  }
}

/** Foreign text on one line of a log or terminal. */
function printable(text: string): string {
  return text
    .replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ')
    .trim()
    .slice(0, 300)
}
