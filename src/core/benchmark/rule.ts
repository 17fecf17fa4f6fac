import type { BenchmarkImage } from './benchmark-image.ts'
import type { CheckLevel } from './check.ts'
import type { Outcome } from './outcome.ts'
import type { StandingFacts } from './standing-facts.ts'

/** What a rule says of itself: a page of the catalogue, in our own words. */
export interface RuleText {
  /** The file it stands in. */
  readonly name: string
  /** Dockle's id where Dockle has the rule, else `TM-…`. */
  readonly id: string
  /** What a good image does: `It runs as a user other than root`. */
  readonly title: string
  readonly level: CheckLevel
  /** Why it matters. */
  readonly rationale: string
  /** What to do about it. */
  readonly remedy: string
  /** `CIS Docker 4.1` */
  readonly references: readonly string[]
  /** What the outcome is where the image does not show what the rule looks for. */
  readonly withoutEvidence: string
}

/** Checked once, when an image is scanned: its config, build history and files do not change. */
export interface ContentRule extends RuleText {
  check(image: BenchmarkImage): Outcome
}

/** Checked whenever an image is judged or shown: the day, its tags and what is known of it change. */
export interface StandingRule extends RuleText {
  check(facts: StandingFacts): Outcome
}
