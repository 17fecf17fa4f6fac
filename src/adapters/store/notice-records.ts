import type { Digest } from '../../core/image/digest.ts'
import type { Severity } from '../../core/match/advisory.ts'
import type { Notice } from '../../core/notice/notice.ts'
import type { Outcome } from '../../core/policy/policy.ts'

/** An image that is another than when rules were last told of it, kept until every rule's notice is in the outbox. */
export interface ChangedImage {
  /** In the order in which they were collected. */
  readonly position: number
  readonly digest: Digest
  readonly platform: string
  /** Where it lies, as an image's summary has them but all; none if it was deleted everywhere. */
  readonly references: readonly string[]
  /** What it was told with last; null if this is the first time. */
  readonly from: Outcome | null
  readonly to: Outcome
  readonly cause: string
  /** Findings that were first seen after this are new; null where all are. */
  readonly since: string | null
  /** Of the worst finding that is new in spite of the same verdict, where that was asked for. */
  readonly newest: Severity | null
}

/** A notice on its way, and the log of how that went. */
export interface NoticeDelivery {
  readonly id: string
  readonly rule: string
  readonly status: 'pending' | 'done' | 'failed'
  readonly attempts: number
  /** HTTP status of the last attempt. */
  readonly response: number | null
  readonly error: string | null
  readonly createdAt: string
  readonly triedAt: string | null
  /** When it is tried next; null where it is not. */
  readonly nextTryAt: string | null
  readonly notice: Notice
}

export interface NoticeFilter {
  readonly rule?: string
  readonly status?: NoticeDelivery['status']
}

export interface NoticeAttempt extends Pick<NoticeDelivery, 'status' | 'response' | 'error' | 'nextTryAt'> {
  readonly at: string
}
