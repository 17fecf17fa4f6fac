import type { CoverageEntry } from '../inventory/package.ts'
import type { ImageFacts } from './image-facts.ts'
import type { Outcome, VerdictReason } from './policy.ts'
import type { ReadyPolicy } from './rules.ts'
import type { Tally } from './tally.ts'

/** What is judged: one image, as data. */
export interface Evidence {
  readonly image: ImageFacts
  /** Of open findings, and of packages that rules catch. */
  readonly tally: Tally
  readonly coverage: readonly CoverageEntry[]
  /** The feeds that were used. */
  readonly feeds: readonly { readonly name: string; readonly fetched: string }[]
}

/** Why an image has the outcome that it has, before the reasons are put in order. */
export interface WeighedReason extends VerdictReason {
  readonly outcome: Outcome
}

/** What the judging of one image has at hand. */
export interface Bench {
  readonly policies: readonly ReadyPolicy[]
  readonly nowMs: number
  /** How a rule is called in a reason: with its policy's name where several hold. */
  nameOf(policy: ReadyPolicy, rule: string): string
  /** Time alone may change the judgement then. */
  changesAt(time: string | null): void
}
