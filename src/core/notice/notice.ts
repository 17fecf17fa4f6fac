import type { Digest } from '../image/digest.ts'
import type { Severity } from '../match/advisory.ts'
import type { Decision } from '../policy/decisions.ts'
import type { Outcome } from '../policy/policy.ts'

/** What a rule can ask to be told of. */
export const noticeKinds = ['verdict', 'finding-new', 'kev', 'feed-held', 'exception'] as const
export type NoticeKind = (typeof noticeKinds)[number]

/** What one run changed, as one message of one rule. */
export interface Notice {
  /** Hash of the rule and the run: telling it again says the same thing. */
  readonly id: string
  /** Its name in the configuration. */
  readonly rule: string
  /** RFC 3339. */
  readonly at: string
  readonly changes: readonly NoticeChange[]
  /** Changes that the rule asks for and that there was no room for. */
  readonly more: number
}

export type NoticeChange = ImageChange | KevArrival | HeldFeed | ExceptionEnd

/** An image's verdict is another one (`verdict`), or it has findings that it did not have (`finding-new`). */
export interface ImageChange {
  readonly kind: 'verdict' | 'finding-new'
  readonly digest: Digest
  readonly platform: string
  /** As an image's summary has them. */
  readonly references: readonly string[]
  /** Null for an image that has no former verdict. */
  readonly from: Outcome | null
  readonly to: Outcome
  readonly cause: string
  /** Without those that an exception takes out of the verdict. New ones first, then those that make it what it is, worst first. */
  readonly findings: readonly NoticeFinding[]
  readonly moreFindings: number
}

export interface NoticeFinding {
  readonly vulnerability: string
  /** purl of the package. */
  readonly package: string
  readonly severity: Severity
  readonly fixed: string | null
  /** Whether it came with this change. */
  readonly isNew: boolean
  /** The policy rule that decides about it; null where none does. */
  readonly decision: Decision | null
}

/** A vulnerability of stored images has been put into the catalogue of those that are known to be exploited. */
export interface KevArrival {
  readonly kind: 'kev'
  readonly vulnerability: string
  readonly severity: Severity
  readonly dateAdded: string
  readonly dueDate: string | null
  readonly ransomware: boolean
  /** References of images that have it. */
  readonly references: readonly string[]
  readonly moreImages: number
}

/** A feed's newer state was not adopted. */
export interface HeldFeed {
  readonly kind: 'feed-held'
  readonly feed: string
  readonly heldAt: string
  readonly reasons: readonly string[]
}

/** An exception is over, or will soon be. */
export interface ExceptionEnd {
  readonly kind: 'exception'
  /** Its name. */
  readonly exception: string
  readonly what: 'expiring' | 'ended'
  /** RFC 3339. */
  readonly until: string
  readonly owner: string
  readonly reason: string
  /** Some of what it excepts: ids of vulnerabilities, checks and rules of secrets. */
  readonly excepted: readonly string[]
  readonly moreExcepted: number
}

/** What a channel is tried with: `tallyman notifications test`. */
export function sampleNotice(rule: string, at: string): Notice {
  const findings: readonly NoticeFinding[] = [
    {
      vulnerability: 'CVE-0000-0000',
      package: 'pkg:generic/example@1.0',
      severity: 'high',
      fixed: '1.1',
      isNew: true,
      decision: { rule: 'fixable-high', action: 'fail' },
    },
  ]
  const change: ImageChange = {
    kind: 'verdict',
    digest: `sha256:${'0'.repeat(64)}`,
    platform: 'linux/amd64',
    references: ['registry.example/this-is-a-test:1.0'],
    from: 'pass',
    to: 'fail',
    cause: 'test',
    findings,
    moreFindings: 0,
  }
  return { id: `test-${at}`, rule, at, changes: [change], more: 0 }
}
