import type { Digest } from '../../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../../core/inventory/package.ts'
import type { Outcome } from '../../core/policy/policy.ts'
import type { DueImage } from './reevaluation-records.ts'

/** An image as it would be judged if its base was rebuilt. */
export interface RebuiltImage extends Pick<DueImage, 'facts' | 'evidence' | 'coverage'> {
  /** What the feeds could say of it, as judged. */
  readonly feedCoverage: readonly CoverageEntry[]
}

export interface Foreseen {
  readonly outcome: Outcome
  /** Findings that count. */
  readonly open: number
}

export interface BaseFilter {
  /** Where the base lies. */
  readonly registry?: string
  readonly repository?: string
  /** Bases of images with this outcome; it decides about the order too. */
  readonly outcome?: Exclude<Outcome, 'pass'>
}

/**
 * A base and what a rebuild of it would do. A rebuild: every finding that has a fix, of a package that the base has in the same
 * version, is closed in the base and in all images on it; everything else stays as it is.
 */
export interface BaseSummary {
  /** Of several images with the same layers one with a tag before others, then the one that was stored first. */
  readonly digest: Digest
  readonly platform: string
  readonly distro: Distro | null
  /** As an image's summary has them. */
  readonly references: readonly string[]
  readonly layers: number
  /** Images on it, directly or on what is built on it, that lie somewhere and have a verdict; by what that is. */
  readonly images: Readonly<Record<Outcome, number>>
  /** How many of these would pass, by what they are now. */
  readonly green: Readonly<Record<Exclude<Outcome, 'pass'>, number>>
  /** How many that fail would not any more; those that would pass are among them. */
  readonly relieved: number
  /** Findings that would be closed, over all these images. */
  readonly closes: number
}
