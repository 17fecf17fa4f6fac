import type { Signatures } from '../signature/signatures.ts'

/** What is known of an image beside its content, at the time it is asked. */
export interface StandingFacts {
  /** RFC 3339. */
  readonly now: string
  /** When it was built, RFC 3339, as its builder wrote it. */
  readonly created: string | null
  /** Of its references in all registries; without those that point elsewhere now. */
  readonly tags: readonly string[]
  /** Null where no stored image is its base. */
  readonly base: { readonly references: readonly string[] } | null
  /** Whether the lists of trusted bases have its base, or itself; null where no policy lists any. */
  readonly isTrusted: boolean | null
  /** Open findings that have a fix; null where no feed was read. */
  readonly fixable: { readonly findings: number; readonly oldestFixDays: number | null } | null
  /** Of the configured keys; null where nobody looked. */
  readonly signatures: Signatures | null
}
