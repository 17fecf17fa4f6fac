import { rebuiltWithFixes } from '../benchmark/rules/rebuilt-with-fixes.ts'
import type { Bench, Evidence } from './evidence.ts'
import type { Exception } from './exception.ts'
import { imageReasons } from './image-reasons.ts'
import type { ImageFacts } from './image-facts.ts'
import { anyPattern } from './pattern.ts'
import type { FindingCounts, Outcome, Verdict } from './policy.ts'
import { packageReasons, vulnerabilityReasons, type ClassFate } from './rule-reasons.ts'
import { standingChecks } from './standing.ts'
import { earlier, isOfImages, type ReadyException, type ReadyPolicy, type Rules } from './rules.ts'
import { countsOf, total, type ClassCount, type FindingClass, type Tally } from './tally.ts'

/** From best to worst: a certain `fail` is worth more than not knowing, not knowing more than a warning. */
const outcomes: readonly Outcome[] = ['pass', 'warn', 'inconclusive', 'fail']

export interface Judgement {
  readonly verdict: Verdict
  /** Of the findings that no exception takes out. */
  readonly counts: FindingCounts
  /** When time alone may change it, RFC 3339; null: never. */
  readonly until: string | null
}

/** The verdict on one image. Pure: the same rules, evidence and time give the same verdict, reasons worst first. */
export function judge(rules: Rules, stored: Evidence, now: string): Judgement {
  let until: string | null = null
  const changesAt = (time: string | null): void => {
    if (time !== null && time > now) until = earlier(until, time)
  }
  const policies = policiesFor(rules, stored.image)
  const bench: Bench = {
    policies,
    nowMs: Date.parse(now),
    nameOf: ruleNaming(policies),
    changesAt,
  }
  const evidence = rules.standing.any ? withStandingChecks(stored, rules, bench) : stored
  const { tally } = evidence
  const concerning = exceptionsConcerning(rules, evidence)
  for (const { exception } of concerning) changesAt(exception.from > now ? exception.from : exception.until)
  const exceptions = concerning.filter(({ exception }) => isInForce(exception, now))
  const open = openClasses(tally, exceptions)
  const reasons = [
    ...vulnerabilityReasons(bench, open),
    ...packageReasons(bench, tally),
    ...imageReasons(bench, open, withoutExcepted(evidence, exceptions)),
  ]
  const outcome = worstOutcome(['pass', ...reasons.map((reason) => reason.outcome)])
  reasons.sort((a, b) => outcomes.indexOf(b.outcome) - outcomes.indexOf(a.outcome))
  return {
    verdict: { outcome, policy: policies.map(({ policy }) => policy.name).join(', '), reasons },
    counts: countsOf(open),
    until,
  }
}

/** The checks that are made anew each time, beside those of the scan. */
function withStandingChecks(evidence: Evidence, { standing, oldFixKey }: Rules, bench: Bench): Evidence {
  const { image, tally, feeds } = evidence
  const fixable = tally.filter(isOfFindings).filter((entry) => entry.class.fixable)
  const old = fixable.filter((entry) => oldFixKey !== null && entry.class.holds.includes(oldFixKey))
  const counts = { findings: total(fixable), old: total(old), isMatched: feeds.length > 0 }
  const checks = standingChecks(image, bench, counts).filter(({ id }) => standing.fixes || id !== rebuiltWithFixes.id)
  return { ...evidence, image: { ...image, checks: [...image.checks, ...checks] } }
}

/** Of an index: that of its worst platform; of nothing at all: inconclusive. */
export function worstOutcome(all: readonly Outcome[]): Outcome {
  return all.toSorted((a, b) => outcomes.indexOf(b) - outcomes.indexOf(a))[0] ?? 'inconclusive'
}

/** How a rule is called in reasons: with its policy's name where several hold. */
export function ruleNaming(policies: readonly ReadyPolicy[]): (policy: ReadyPolicy, rule: string) => string {
  return ({ policy }, rule) => (policies.length > 1 ? `${policy.name}/${rule}` : rule)
}

/** Those that hold for the image, in order; where none does, the built-in one. */
export function policiesFor({ policies, fallback }: Rules, image: ImageFacts): readonly ReadyPolicy[] {
  const holding = policies.filter(({ holds }) => holds(image))
  return holding.length > 0 ? holding : [fallback]
}

/** Those in force for the image now. */
export function exceptionsFor({ exceptions }: Rules, image: ImageFacts, now: string): readonly ReadyException[] {
  return exceptions.filter(({ exception, holds }) => isInForce(exception, now) && holds(image))
}

const isInForce = ({ from, until }: Exception, now: string): boolean => from <= now && (until === null || until > now)

/** Those for the image that are about something it has, whenever they are in force: of the others no end changes anything. */
export function exceptionsConcerning(
  { exceptionsByKey, exceptionsOfImages }: Rules,
  { image, tally }: Pick<Evidence, 'image' | 'tally'>,
): readonly ReadyException[] {
  if (exceptionsByKey.size + exceptionsOfImages.length === 0) return []
  const keys = new Set(tally.flatMap((entry) => entry.class.holds))
  const about = new Set([...keys].flatMap((key) => exceptionsByKey.get(key) ?? []))
  for (const exception of exceptionsOfImages) {
    const { checks, secrets } = image
    if (checks.some(({ id }) => exceptsCheck(exception, id)) || secrets.some((one) => exceptsSecret(exception, one)))
      about.add(exception)
  }
  return [...about].filter(({ holds }) => holds(image))
}

function openClasses(tally: Tally, inForce: readonly ReadyException[]): readonly ClassFate[] {
  const keys = new Set(inForce.flatMap(({ key }) => key ?? []))
  return tally
    .filter(isOfFindings)
    .filter(({ class: some }) => keys.size === 0 || !some.holds.some((key) => keys.has(key)))
}

const isOfFindings = (entry: ClassCount): entry is ClassCount & { readonly class: FindingClass } =>
  entry.class.kind === 'finding'

function withoutExcepted(evidence: Evidence, exceptions: readonly ReadyException[]): Evidence {
  const about = exceptions.filter(isOfImages)
  if (about.length === 0) return evidence
  const { image } = evidence
  return {
    ...evidence,
    image: {
      ...image,
      checks: image.checks.filter((check) => !about.some((one) => exceptsCheck(one, check.id))),
      secrets: image.secrets.filter((secret) => !about.some((one) => exceptsSecret(one, secret))),
    },
  }
}

export function exceptsCheck({ exception }: ReadyException, id: string): boolean {
  return exception.checks.includes(id)
}

export function exceptsSecret(
  { exception }: ReadyException,
  { rule, path }: { readonly rule: string; readonly path: string },
): boolean {
  return exception.secrets.some((one) => one.rule === rule && anyPattern([one.path])(path))
}
