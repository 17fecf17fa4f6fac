import { createHash } from 'node:crypto'
import type { AskedFinding, AskedPackage } from './asked.ts'
import { checkFits, secretFits } from './check-fits.ts'
import { defaultPolicy } from './default-policy.ts'
import type { Exception } from './exception.ts'
import { askFinding, packagePattern, type AskFinding } from './finding-question.ts'
import { askPackage, type AskPackage } from './package-question.ts'
import type { ImageFacts } from './image-facts.ts'
import type { FindingConditions, PackageRule, Policy, Scope, VulnerabilityRule } from './policy.ts'
import { exceptionHolds, policyHolds, type Holds } from './scope.ts'
import { askedStanding, oldFix, type AskedStanding } from './standing.ts'
import { failure, type FindingClass, type PackageClass } from './tally.ts'

/** A vulnerability rule with the questions that decide whether it acts. */
export interface ReadyVulnerabilityRule {
  readonly rule: VulnerabilityRule
  readonly key: string
  /** Where it has a grace period: whether that is over. */
  readonly overKey: string | null
}

export interface ReadyPackageRule {
  readonly rule: PackageRule
  readonly key: string
  readonly unlicensedKey: string
}

export interface ReadyPolicy {
  readonly policy: Policy
  readonly holds: Holds
  readonly vulnerabilities: readonly ReadyVulnerabilityRule[]
  readonly packages: readonly ReadyPackageRule[]
}

export interface ReadyException {
  readonly exception: Exception
  readonly holds: Holds
  /** What it asks of a finding; null where it is about checks and secrets alone. */
  readonly key: string | null
  /** The answer for one finding. */
  covers(finding: NamedFinding, subject: AskedPackage): boolean
}

type NamedFinding = Pick<AskedFinding, 'vulnerability' | 'aliases' | 'advisories'>

/**
 * Policies and exceptions in force, made ready to ask and to judge by. What they ask of findings and packages is asked once a
 * package version, whatever number of images has it; what they ask of images, when these are judged.
 */
export interface Rules {
  /** Highest priority first, then by name. */
  readonly policies: readonly ReadyPolicy[]
  /** Judged by where no policy holds. */
  readonly fallback: ReadyPolicy
  /** Only approved ones: the others decide nothing. */
  readonly exceptions: readonly ReadyException[]
  readonly exceptionsByKey: ReadonlyMap<string, readonly ReadyException[]>
  /** Those that say something of checks or secrets. */
  readonly exceptionsOfImages: readonly ReadyException[]
  /** Another text for rules that may decide otherwise: of the policies, a slash, of the exceptions. */
  readonly fingerprint: string
  /**
   * Another text for policies that ask otherwise of findings and packages. Not of exceptions: those are few of many, and each asks
   * only of findings that it names.
   */
  readonly questions: string
  /** Whether they ask what is known of exploitation, and anything of packages without findings. */
  readonly asksExploitation: boolean
  /** Whether that is how likely it is, which changes for most vulnerabilities every day. */
  readonly asksEpss: boolean
  readonly asksPackages: boolean
  /** Whether they ask where images lie. */
  readonly asksPlaces: boolean
  /** Which of the checks that are made anew each time they are about. */
  readonly standing: AskedStanding
  /** The question whether a fix has existed for longer than the benchmark allows; null where nobody asks. */
  readonly oldFixKey: string | null
  /** Whether an image's base decides anything about it. */
  asksBase(image: Pick<ImageFacts, 'checks' | 'secrets'>): boolean
  classOf(finding: AskedFinding, subject: AskedPackage, nowMs: number): { class: FindingClass; until: string | null }
  /** undefined where no rule catches it. */
  packageClassOf(subject: AskedPackage): PackageClass | undefined
}

export interface RuleDocuments {
  readonly policies: readonly Policy[]
  readonly exceptions: readonly Exception[]
  /** Judged by where no policy holds; the built-in one where none is given. */
  readonly fallback?: Policy
}

/** What rules were made from: they are made again of it, also by a version whose built-in policy is another. */
export function documentsOf({ policies, exceptions, fallback }: Rules): Required<RuleDocuments> {
  return {
    policies: policies.map(({ policy }) => policy),
    exceptions: exceptions.map(({ exception }) => exception),
    fallback: fallback.policy,
  }
}

/** Ready once, for all images and findings. `policies` empty: the built-in one. */
export function readyRules({ policies, exceptions, fallback: given = defaultPolicy }: RuleDocuments): Rules {
  const questions = new Map<string, AskFinding>()
  const packageQuestions = new Map<string, { ask: AskPackage; unlicensedKey: string }>()
  const ready = policies.toSorted(byOrder).map((policy) => readyPolicy(policy, questions, packageQuestions))
  // One that holds everywhere leaves it nothing to judge: then nothing is asked for it.
  const isReachable = !policies.some(({ scopes }) => scopes.length === 0)
  const fallback = isReachable
    ? readyPolicy(given, questions, packageQuestions)
    : readyPolicy(given, new Map(), new Map())
  const documents = (isReachable ? [...ready, fallback] : ready).map(({ policy }) => policy)
  const standing = askedStanding(documents)
  const oldFixKey = standing.fixes ? keyOfFinding(oldFix) : null
  if (oldFixKey !== null) questions.set(oldFixKey, askFinding(oldFix))
  const approved = exceptions
    .filter(({ approvedBy }) => approvedBy !== null)
    .toSorted(byId)
    .map(readyException)
  const exceptionsById = exceptionsByVulnerability(approved)
  const asked = [...questions]
  const askedOfPackages = [...packageQuestions]
  const everyPolicy = documents.flatMap((policy) => policy.vulnerabilities)
  const scopes = [...documents, ...approved.map(({ exception }) => exception)].flatMap((one) => one.scopes)
  const alwaysAsksBase =
    standing.base ||
    scopes.some(({ bases }) => bases !== undefined) ||
    documents.some(({ base, image }) => base.length > 0 || image.some(({ expression }) => expression !== undefined))

  const ownChecks = documents.flatMap((policy) => policy.checks.filter(isOwn).map(checkFits))
  const ownSecrets = documents.flatMap((policy) => policy.secrets.filter(isOwn).map(secretFits))

  return {
    policies: ready,
    fallback,
    exceptions: approved,
    exceptionsByKey: Map.groupBy(
      approved.filter(({ key }) => key !== null),
      ({ key }) => key ?? '',
    ),
    exceptionsOfImages: approved.filter(isOfImages),
    fingerprint: `${hashOf(policies.toSorted(byOrder))}/${hashOf(approved.map(({ exception }) => exception))}`,
    questions: hashOf([asked.map(([key]) => key).sort(), askedOfPackages.map(([key]) => key).sort()]),
    asksExploitation: everyPolicy.some((rule) => rule.kev !== undefined || asksEpss(rule)),
    asksEpss: everyPolicy.some(asksEpss),
    asksPackages: askedOfPackages.length > 0,
    standing,
    oldFixKey,
    asksPlaces:
      standing.tags || scopes.some(isOfPlaces) || documents.some(({ base, image }) => base.length + image.length > 0),
    asksBase: ({ checks, secrets }) =>
      alwaysAsksBase ||
      secrets.some(({ rule }) => ownSecrets.some((fits) => fits(rule))) ||
      checks.some((check) => check.layer !== null && ownChecks.some((fits) => fits(check))),

    classOf(finding, subject, nowMs) {
      const holds: string[] = []
      const failed: string[] = []
      let until: string | null = null
      for (const [key, ask] of asked) {
        const answer = ask(finding, subject, nowMs)
        if (answer.holds === true) holds.push(key)
        else if (answer.holds === undefined) failed.push(failure(key, answer.why))
        until = earlier(until, answer.until)
      }
      for (const key of exceptionKeys(exceptionsById, finding, subject)) holds.push(key)
      const { severity, fixed } = finding
      return {
        class: { kind: 'finding', severity, fixable: fixed !== null, holds: holds.sort(), failed: failed.sort() },
        until,
      }
    },

    packageClassOf(subject) {
      const holds: string[] = []
      const failed: string[] = []
      for (const [key, { ask, unlicensedKey }] of askedOfPackages) {
        const answer = ask(subject)
        if (answer === 'caught') holds.push(key)
        else if (answer === 'unlicensed') holds.push(unlicensedKey)
        else if (answer !== 'free') failed.push(failure(key, answer.unknown))
      }
      if (holds.length + failed.length === 0) return undefined
      return { kind: 'package', holds: holds.sort(), failed: failed.sort() }
    },
  }
}

/** The earlier of two times, RFC 3339 in UTC; null is never. */
export function earlier(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  return a < b ? a : b
}

function readyPolicy(
  policy: Policy,
  questions: Map<string, AskFinding>,
  packageQuestions: Map<string, { ask: AskPackage; unlicensedKey: string }>,
): ReadyPolicy {
  const keyOf = (conditions: FindingConditions): string => {
    const key = keyOfFinding(conditions)
    if (!questions.has(key)) questions.set(key, askFinding(conditions))
    return key
  }
  return {
    policy,
    holds: policyHolds(policy.scopes),
    vulnerabilities: policy.vulnerabilities.map((rule) => ({
      rule,
      key: keyOf(rule),
      overKey: rule.grace ? keyOf({ ...rule, fixDays: Math.max(rule.fixDays ?? 0, rule.grace.days) }) : null,
    })),
    packages: policy.packages.map((rule) => {
      const { name: _name, action: _action, ...conditions } = rule
      const key = `p${hashOf(conditions).slice(0, 12)}`
      const unlicensedKey = `${key}-unlicensed`
      if (!packageQuestions.has(key)) packageQuestions.set(key, { ask: askPackage(rule), unlicensedKey })
      return { rule, key, unlicensedKey }
    }),
  }
}

/** Rules that ask the same are one question, whatever they are called and do. */
function keyOfFinding(rule: FindingConditions & Partial<VulnerabilityRule>): string {
  const { name: _name, action: _action, grace: _grace, ...conditions } = rule
  return `f${hashOf(conditions).slice(0, 12)}`
}

const isOwn = ({ layers }: { readonly layers: 'own' | 'all' }): boolean => layers === 'own'

/** An image can be on a list of bases itself, by the names that its places give it. */
function isOfPlaces({ registries, repositories, tags, bases }: Scope): boolean {
  return (registries ?? repositories ?? tags ?? bases) !== undefined
}

const asksEpss = ({ epss, expression }: FindingConditions): boolean => (epss ?? expression) !== undefined

function readyException(exception: Exception): ReadyException {
  const { vulnerabilities, packages, scopes } = exception
  const question = hashOf([vulnerabilities.toSorted(), packages.toSorted()]).slice(0, 12)
  const named = new Set(vulnerabilities)
  const fits = packages.length > 0 ? packagePattern(packages) : () => true
  return {
    exception,
    holds: exceptionHolds(scopes),
    key: vulnerabilities.length > 0 ? `e${question}` : null,
    covers: (finding, subject) => idsOf(finding).some((id) => named.has(id)) && fits(subject),
  }
}

export function isOfImages({ exception: { checks, secrets } }: ReadyException): boolean {
  return checks.length + secrets.length > 0
}

const idsOf = ({ vulnerability, aliases, advisories }: NamedFinding): readonly string[] => [
  ...new Set([vulnerability, ...aliases, ...advisories]),
]

/** By each id that they name: thousands of them cost a finding one look-up an id. */
function exceptionsByVulnerability(
  exceptions: readonly ReadyException[],
): ReadonlyMap<string, readonly ReadyException[]> {
  const byId = new Map<string, ReadyException[]>()
  for (const ready of exceptions) {
    for (const id of ready.exception.vulnerabilities) {
      const others = byId.get(id)
      if (others) others.push(ready)
      else byId.set(id, [ready])
    }
  }
  return byId
}

function exceptionKeys(
  byId: ReadonlyMap<string, readonly ReadyException[]>,
  finding: AskedFinding,
  subject: AskedPackage,
): ReadonlySet<string> {
  const keys = new Set<string>()
  if (byId.size === 0) return keys
  for (const id of idsOf(finding)) {
    for (const { key, covers } of byId.get(id) ?? []) if (key !== null && covers(finding, subject)) keys.add(key)
  }
  return keys
}

function byOrder(a: Policy, b: Policy): number {
  return b.priority - a.priority || (a.name < b.name ? -1 : 1)
}

const byId = (a: Exception, b: Exception): number => (a.id < b.id ? -1 : 1)

/** Another text for every policy that may decide otherwise, whatever it is called. */
export function policyFingerprint(policy: Policy): string {
  return hashOf(policy)
}

function hashOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortedKeys)).digest('hex')
}

/** One text for one value: the order in which a document has its keys says nothing. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
