/** How much it matters where it fails, worst first. */
export const checkLevels = ['critical', 'high', 'medium', 'low', 'info'] as const
export type CheckLevel = (typeof checkLevels)[number]

/** `undecidable`: the image cannot show it, which is not a pass. */
export type CheckStatus = 'pass' | 'fail' | 'not-applicable' | 'undecidable'

/** What a rule saw, in words, and which layer brought it. */
export interface CheckEvidence {
  /** One line: `etc/shadow: the account backup has an empty password`. */
  readonly text: string
  /** Index of the layer, 0 = base; null for what the image's config says as a whole. */
  readonly layer: number | null
}

/** One benchmark rule's outcome on an image. */
export interface Check {
  readonly id: string
  readonly title: string
  readonly level: CheckLevel
  readonly status: CheckStatus
  /** Of `fail`: what was found. Of `undecidable` and `not-applicable`: why. */
  readonly evidence: readonly CheckEvidence[]
}
