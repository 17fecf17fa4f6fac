import type { Exception } from '../../core/policy/exception.ts'
import type { ExceptionState } from '../../core/policy/exception-state.ts'

/** A policy document as somebody put it into the store. */
export interface StoredPolicy {
  readonly name: string
  /** As it was written. */
  readonly document: string
  /** Of the policy that it says: what verdicts are judged by. */
  readonly fingerprint: string
  readonly updatedAt: string
}

export interface StoredException extends Exception {
  readonly createdAt: string
  readonly updatedAt: string
  /** When somebody ended it before its time. */
  readonly endedAt: string | null
}

export interface Approval {
  readonly by: string
  /** `updatedAt` of the version that was looked at; undefined: whichever stands. */
  readonly seen?: string | undefined
}

export interface ExceptionFilter {
  /** What they are at `at`. */
  readonly state?: ExceptionState
  /** Those that end by themselves before this time. */
  readonly endingBefore?: string
  readonly at: string
}

/** A version of something and how long it stood; `until` null: it still stands. */
export interface Version<T> {
  readonly value: T
  readonly since: string
  readonly until: string | null
}

/** What images are judged by, beside the configuration; each by its name. */
export interface StoredRules {
  readonly policies: readonly StoredPolicy[]
  readonly exceptions: readonly StoredException[]
}
