import type { CoverageEntry } from '../inventory/package.ts'
import { evaluateExpression } from './expression.ts'
import type { ImageFacts, JudgedCheck, JudgedSecret } from './image-facts.ts'
import type { Bench, Evidence, WeighedReason } from './evidence.ts'
import { checkFits, secretFits } from './check-fits.ts'
import { anyPattern } from './pattern.ts'
import type { BaseRule, CheckRule, ImageRule, ProvenanceRule, SecretRule, UnknownAction } from './policy.ts'
import type { ReadyPolicy } from './rules.ts'
import { isBuiltOn } from './scope.ts'
import type { ClassFate } from './rule-reasons.ts'
import { countsOf } from './tally.ts'
import { timeAt } from './time.ts'

const dayMs = 86_400_000
const hourMs = 3_600_000

/** A reason names at most so many things; the report lists them all. */
const maxNamed = 3

/** What rules over checks, secrets, bases, the image as a whole, signatures, coverage and the age of feeds say. */
export function imageReasons(bench: Bench, open: readonly ClassFate[], evidence: Evidence): WeighedReason[] {
  return [
    ...checkReasons(bench, evidence),
    ...secretReasons(bench, evidence),
    ...each(
      bench,
      ({ base }) => base,
      (rule) => baseReason(rule, evidence.image, bench),
    ),
    ...each(
      bench,
      ({ image }) => image,
      (rule) => imageReason(rule, evidence.image, open, bench),
    ),
    ...each(
      bench,
      ({ provenance }) => provenance,
      (rule) => provenanceReason(rule, evidence.image),
    ),
    ...coverageReasons(bench, evidence.coverage),
    ...stalenessReasons(bench, evidence),
  ]
}

/** What one rule says of the image: at most one thing. */
interface Said {
  readonly outcome: UnknownAction
  readonly message: string
  readonly findings: number
}

function each<R extends { readonly name: string }>(
  bench: Bench,
  rulesOf: (policy: ReadyPolicy['policy']) => readonly R[],
  say: (rule: R) => Said | undefined,
): WeighedReason[] {
  return bench.policies.flatMap((policy) =>
    rulesOf(policy.policy).flatMap((rule) => weighed(bench.nameOf(policy, rule.name), say(rule))),
  )
}

function weighed(rule: string, said: Said | undefined): WeighedReason[] {
  return said && said.outcome !== 'ignore' ? [{ ...said, outcome: said.outcome, rule }] : []
}

/** Of each check the first rule that fits decides. */
function checkReasons(bench: Bench, { image }: Evidence): WeighedReason[] {
  const rules = bench.policies.flatMap((policy) =>
    policy.policy.checks.map((rule) => ({ policy, rule, fits: fitsCheck(rule, image) })),
  )
  if (rules.length === 0) return []
  if (image.checks.length === 0) return []
  const caught = Map.groupBy(image.checks, (check) => rules.find(({ fits }) => fits(check)))
  return rules.flatMap((ready) => {
    const { policy, rule } = ready
    const name = bench.nameOf(policy, rule.name)
    const own = caught.get(ready) ?? []
    const failing = own.filter(({ status }) => status === 'fail')
    const undecidable = own.filter(({ status }) => status === 'undecidable')
    return [
      ...weighed(name, sayChecks(rule.action, failing, 'fails', 'fail')),
      ...weighed(name, sayChecks(rule.undecidable, undecidable, 'cannot be decided', 'cannot be decided')),
    ]
  })
}

/** Whether the rule decides about the check in this image, unless one before it does. */
export function fitsCheck(rule: CheckRule, image: ImageFacts): (check: JudgedCheck) => boolean {
  const fits = checkFits(rule)
  return (check) => fits(check) && isOwn(check.layer, rule.layers, image)
}

/** Whether it is the image's own, not its base's; without a known base everything is. */
function isOwn(layer: number | null, layers: 'own' | 'all', { base }: ImageFacts): boolean {
  return layers === 'all' || layer === null || base === null || layer >= base.layers
}

function sayChecks(
  outcome: UnknownAction,
  checks: readonly JudgedCheck[],
  one: string,
  many: string,
): Said | undefined {
  if (checks.length === 0) return undefined
  const what = checks.length === 1 ? `1 check ${one}` : `${checks.length} checks ${many}`
  return { outcome, message: `${what}: ${named(checks.map(({ id }) => id))}`, findings: checks.length }
}

function named(things: readonly string[]): string {
  const more = things.length > maxNamed ? ` and ${things.length - maxNamed} more` : ''
  return `${things.slice(0, maxNamed).join(', ')}${more}`
}

function secretReasons(bench: Bench, { image }: Evidence): WeighedReason[] {
  const rules = bench.policies.flatMap((policy) =>
    policy.policy.secrets.map((rule) => ({ policy, rule, fits: fitsSecret(rule, image) })),
  )
  if (rules.length === 0) return []
  if (image.secrets.length === 0) return []
  const caught = Map.groupBy(image.secrets, (secret) => rules.find(({ fits }) => fits(secret)))
  return rules.flatMap((ready) => {
    const own = caught.get(ready) ?? []
    if (own.length === 0) return []
    const what = own.length === 1 ? '1 secret' : `${own.length} secrets`
    const message = `${what}: ${named(own.map(({ rule, path }) => `${rule} in ${path}`))}`
    const said = { outcome: ready.rule.action, message, findings: own.length }
    return weighed(bench.nameOf(ready.policy, ready.rule.name), said)
  })
}

/** Whether the rule decides about the secret in this image, unless one before it does. */
export function fitsSecret(rule: SecretRule, image: ImageFacts): (secret: JudgedSecret) => boolean {
  const fits = secretFits(rule)
  return (secret) => fits(secret.rule) && isOwn(secret.layer, rule.layers, image)
}

function baseReason(rule: BaseRule, image: ImageFacts, bench: Bench): Said | undefined {
  const { action, allow, maxDays, unknown } = rule
  if (allow && !isBuiltOn(image, anyPattern(allow))) {
    if (image.base === null) {
      return {
        outcome: unknown,
        message: 'no stored image is its base, so whether it may be used is not known',
        findings: 1,
      }
    }
    return { outcome: action, message: `built on ${nameOfBase(image)}, which is not on the list`, findings: 1 }
  }
  if (maxDays === undefined) return undefined
  if (image.base === null) {
    return allow
      ? undefined
      : { outcome: unknown, message: 'no stored image is its base, so its age is not known', findings: 1 }
  }
  const tooOld = olderThan(image.base.created, maxDays, bench)
  if (tooOld === undefined) return undefined
  return { outcome: action, message: `its base ${nameOfBase(image)} ${tooOld}`, findings: 1 }
}

const nameOfBase = ({ base }: ImageFacts): string => base?.references[0] ?? base?.digest ?? 'nothing'

/** In words, or undefined where it is not. Tells the bench when it will be. */
function olderThan(created: string | null, maxDays: number, bench: Bench): string | undefined {
  const createdMs = created === null ? Number.NaN : Date.parse(created)
  if (Number.isNaN(createdMs)) return 'does not say when it was built'
  const at = createdMs + maxDays * dayMs
  if (at > bench.nowMs) {
    bench.changesAt(timeAt(at))
    return undefined
  }
  return `was built on ${new Date(createdMs).toISOString().slice(0, 10)}, more than ${maxDays} days ago`
}

function imageReason(
  { action, maxDays, expression }: ImageRule,
  image: ImageFacts,
  open: readonly ClassFate[],
  bench: Bench,
): Said | undefined {
  if (action === 'ignore') return undefined
  const tooOld = maxDays === undefined ? undefined : olderThan(image.created, maxDays, bench)
  if (maxDays !== undefined && tooOld === undefined) return undefined
  if (expression !== undefined) {
    const result = evaluateExpression(expression, 'image', { image: imageVariables(image, open, expression, bench) })
    if ('error' in result) {
      const message = `its expression cannot be evaluated: ${result.error}`
      return { outcome: 'inconclusive', message, findings: 1 }
    }
    if (!result.value) return undefined
  }
  const message = tooOld === undefined ? 'its expression is true for the image' : `the image ${tooOld}`
  return { outcome: action, message, findings: 1 }
}

/** docs/policy.md names them. */
function imageVariables(
  image: ImageFacts,
  open: readonly ClassFate[],
  expression: string,
  bench: Bench,
): Record<string, unknown> {
  const { digest, platform, created, size, distro, labels, places, base, checks, secrets, signatures } = image
  const createdMs = created === null ? Number.NaN : Date.parse(created)
  const ageDays = Number.isNaN(createdMs) ? null : Math.floor((bench.nowMs - createdMs) / dayMs)
  if (ageDays !== null && expression.includes('ageDays')) bench.changesAt(timeAt(createdMs + (ageDays + 1) * dayMs))
  return {
    digest,
    platform,
    created,
    ageDays,
    size,
    labels,
    distro,
    places,
    base: base && { digest: base.digest, references: base.references },
    findings: countsOf(open),
    checks: checks.map(({ id, status, level }) => ({ id, status, level })),
    secrets: secrets.map(({ rule, layer }) => ({ rule, layer })),
    signatures: signatures?.by ?? [],
  }
}

function provenanceReason({ action, signedBy }: ProvenanceRule, { signatures }: ImageFacts): Said | undefined {
  if (action === 'ignore') return undefined
  if (signatures === null) {
    const message = 'nobody looked for signatures: no keys are configured, or it is not in a registry'
    return { outcome: 'inconclusive', message, findings: 1 }
  }
  const { by, problems } = signatures
  if (by.some((key) => signedBy.includes(key))) return undefined
  const message = `signed by none of ${signedBy.join(', ')}`
  if (problems.length === 0) return { outcome: action, message, findings: 1 }
  // Whoever may push can push what nobody understands: it makes a verdict worse, never better.
  const outcome = action === 'fail' ? 'fail' : 'inconclusive'
  return { outcome, message: `${message}, as far as could be told: ${named(problems)}`, findings: 1 }
}

/** The first policy that says what gaps do decides; without any, what is not known makes the verdict inconclusive. */
function coverageReasons(bench: Bench, coverage: readonly CoverageEntry[]): WeighedReason[] {
  const gaps = coverage.filter(({ status }) => status !== 'done')
  if (gaps.length === 0) return []
  const stated = bench.policies.find(({ policy }) => policy.onIncomplete !== null)
  const said = {
    outcome: stated?.policy.onIncomplete ?? 'inconclusive',
    message: incompleteMessage(gaps),
    findings: gaps.length,
  }
  return weighed(stated ? bench.nameOf(stated, 'incomplete') : 'incomplete', said)
}

/** `not everything could be checked: layer 2 (LAYER_TOO_LARGE), feed Debian:13 (NO_ADVISORIES) and 4 more`. */
function incompleteMessage(gaps: readonly CoverageEntry[]): string {
  return `not everything could be checked: ${named(gaps.map(({ subject, reason, status }) => `${subject} (${reason ?? status})`))}`
}

function stalenessReasons(bench: Bench, { feeds }: Evidence): WeighedReason[] {
  const stated = bench.policies.find(({ policy }) => policy.staleness !== null)
  const rule = stated?.policy.staleness
  if (!stated || !rule) return []
  const stale = feeds.filter(({ fetched }) => {
    const at = Date.parse(fetched) + rule.maxHours * hourMs
    if (at <= bench.nowMs) return true
    bench.changesAt(timeAt(at))
    return false
  })
  if (stale.length === 0) return []
  const message = `feeds older than ${rule.maxHours} hours: ${named(stale.map(({ name, fetched }) => `${name} of ${fetched.slice(0, 16)}Z`))}`
  return weighed(bench.nameOf(stated, 'stale'), { outcome: rule.action, message, findings: stale.length })
}
