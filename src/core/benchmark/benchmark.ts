import { benchmarkImage, type ScannedImage } from './benchmark-image.ts'
import type { Check, CheckEvidence } from './check.ts'
import type { RuleText } from './rule.ts'
import { contentRules, standingRules } from './rules.ts'
import type { Outcome } from './outcome.ts'
import type { StandingFacts } from './standing-facts.ts'

/** Every rule over what the image is: once a scan. In the order of the list. */
export function runBenchmark(scanned: ScannedImage): readonly Check[] {
  const image = benchmarkImage(scanned)
  return contentRules.map((rule) => checkOf(rule, rule.check(image)))
}

/** Every rule over what is known of the image today. */
export function runStandingBenchmark(facts: StandingFacts): readonly Check[] {
  return standingRules.map((rule) => checkOf(rule, rule.check(facts)))
}

function checkOf({ id, title, level }: RuleText, { status, evidence }: Outcome): Check {
  return { id, title, level, status, evidence: limited(evidence) }
}

/** Enough to start with; `chmod -R 777` makes thousands. */
const maxPerLayer = 20
const maxTextLength = 300

/** Each line once, the config's and the upper layers' first, and of each layer the first few: the base's hide nothing. */
function limited(evidence: readonly CheckEvidence[]): readonly CheckEvidence[] {
  const byLayer = [...Map.groupBy(evidence, ({ layer }) => layer)]
  byLayer.sort(([one], [other]) => (other ?? Infinity) - (one ?? Infinity))
  return byLayer.flatMap(([layer, all]) => {
    const texts = [...new Set(all.map(({ text }) => clipped(text)))]
    const rest = texts.length - maxPerLayer
    const shown = rest > 1 ? [...texts.slice(0, maxPerLayer), `and ${rest} more`] : texts
    return shown.map((text) => ({ text, layer }))
  })
}

const clipped = (text: string) =>
  (text.length > maxTextLength ? `${text.slice(0, maxTextLength)}…` : text).replaceAll(/\s+/g, ' ').toWellFormed()
