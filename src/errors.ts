/**
 * Every way in which tallyman can fail, in one table. `retry` says whether the same work may succeed later (the queue
 * asks it), `status` is the HTTP status that the API answers with, `meaning` is the sentence in docs/errors.md, which a
 * test holds against this table.
 */
export const errorCodes = {
  USAGE: { retry: false, status: 400, meaning: 'the command line is wrong' },
  CONFIG_INVALID: { retry: false, status: 500, meaning: 'the configuration has a mistake; the message names the key' },
  ADDRESS_UNAVAILABLE: {
    retry: false,
    status: 500,
    meaning: 'the server cannot listen at its address: another program does, or the machine has no such address',
  },
  REQUEST_INVALID: { retry: false, status: 400, meaning: 'the request is malformed; the message names the field' },
  UNAUTHORIZED: { retry: false, status: 401, meaning: 'the API token is missing or wrong' },
  FORBIDDEN: { retry: false, status: 403, meaning: 'the API token may not do this' },
  NOT_FOUND: { retry: false, status: 404, meaning: 'there is no such thing in the store' },
  NOT_SCANNED: {
    retry: false,
    status: 404,
    meaning: 'the image is not in the store yet; ask for a scan or wait for its push',
  },
  BODY_TOO_LARGE: { retry: false, status: 413, meaning: 'the request body is larger than the limit' },
  REFERENCE_INVALID: { retry: false, status: 400, meaning: 'the text is not an image reference' },
  REGISTRY_UNKNOWN: { retry: false, status: 422, meaning: 'the registry host is not declared in the configuration' },
  REGISTRY_UNAUTHORIZED: { retry: false, status: 502, meaning: 'the registry refused our credentials, or needs some' },
  REGISTRY_UNAVAILABLE: {
    retry: true,
    status: 503,
    meaning: 'the registry could not be reached, or answered with a server error',
  },
  REGISTRY_RATE_LIMITED: {
    retry: true,
    status: 503,
    meaning: 'the registry asked us to slow down for longer than we wait inside a job',
  },
  REGISTRY_PROTOCOL: {
    retry: false,
    status: 502,
    meaning: 'the registry answered with something that the distribution specification does not allow',
  },
  MANIFEST_UNKNOWN: { retry: false, status: 404, meaning: 'the registry has no such image' },
  MANIFEST_INVALID: {
    retry: false,
    status: 422,
    meaning: 'the manifest or image configuration cannot be understood, or is not what its digest says',
  },
  BLOB_UNKNOWN: { retry: false, status: 404, meaning: 'the registry lacks a blob that the manifest names' },
  BLOB_CORRUPT: {
    retry: true,
    status: 502,
    meaning: 'the bytes received do not have the digest or size that was asked for',
  },
  NOT_AN_IMAGE: {
    retry: false,
    status: 422,
    meaning: 'the reference names a signature, a chart or another artifact, not a container image',
  },
  PLATFORM_UNKNOWN: { retry: false, status: 404, meaning: 'the image has no such platform' },
  LAYER_UNREADABLE: {
    retry: false,
    status: 422,
    meaning: 'a layer is corrupt, of an unknown format, or over a limit; it becomes a coverage entry',
  },
  WEBHOOK_UNAUTHORIZED: {
    retry: false,
    status: 401,
    meaning: 'the notification is not signed with the configured secret',
  },
  WEBHOOK_MALFORMED: {
    retry: false,
    status: 400,
    meaning: 'the notification body is not of the form its registry kind sends',
  },
  SERVER_UNAVAILABLE: {
    retry: true,
    status: 503,
    meaning: 'the tallyman server could not be reached, or what answered is not one',
  },
  FEED_UNAVAILABLE: {
    retry: true,
    status: 503,
    meaning: 'the feed could not be fetched; the last adopted state stays in force',
  },
  FEED_INVALID: {
    retry: false,
    status: 422,
    meaning: 'the feed could not be understood; the last adopted state stays in force',
  },
  POLICY_INVALID: {
    retry: false,
    status: 422,
    meaning: 'the policy document has a mistake; the message names line and column',
  },
  EXCEPTION_INVALID: {
    retry: false,
    status: 422,
    meaning: 'the exception document has a mistake; the message names line and column',
  },
  STORE_UNAVAILABLE: { retry: true, status: 503, meaning: 'the database could not be reached or is locked' },
  STORE_TOO_NEW: { retry: false, status: 500, meaning: 'the database was written by a newer version of tallyman' },
  QUEUE_UNAVAILABLE: { retry: true, status: 503, meaning: 'the queue could not be reached' },
  ABORTED: { retry: true, status: 503, meaning: 'the work was stopped, by a shutdown or because it took too long' },
  INTERNAL: { retry: true, status: 500, meaning: 'something that should not happen; a defect of tallyman' },
} as const satisfies Record<string, { retry: boolean; status: number; meaning: string }>

export type ErrorCode = keyof typeof errorCodes

/** The one error class. `message` says what happened, to what, and what to do; `details` are for the log, never secrets. */
export class TallymanError extends Error {
  override readonly name = 'TallymanError'
  readonly code: ErrorCode
  readonly details: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
    this.details = details
  }

  /** Whether the same work may succeed later. */
  get retry(): boolean {
    return errorCodes[this.code].retry
  }
}

/** Makes a TallymanError of whatever was thrown: what is not ours is a defect, kept as the cause. */
export function asTallymanError(thrown: unknown): TallymanError {
  if (thrown instanceof TallymanError) return thrown
  if (thrown instanceof Error && (thrown.name === 'AbortError' || thrown.name === 'TimeoutError')) {
    return new TallymanError('ABORTED', thrown.message, {}, { cause: thrown })
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new TallymanError('INTERNAL', message, {}, { cause: thrown })
}
