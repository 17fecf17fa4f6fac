import type { Severity } from '../match/advisory.ts'
import type { Answer, AskedFinding, AskedPackage } from './asked.ts'
import { evaluateExpression } from './expression.ts'
import { anyPattern } from './pattern.ts'
import type { FindingConditions } from './policy.ts'
import { timeAt } from './time.ts'

/** What nobody has rated yet counts as medium: it may turn out either way, and must not pass as harmless. */
const severityRank: Readonly<Record<Severity, number>> = {
  critical: 4,
  high: 3,
  medium: 2,
  unknown: 2,
  low: 1,
  negligible: 0,
}

const dayMs = 86_400_000

export type AskFinding = (finding: AskedFinding, subject: AskedPackage, nowMs: number) => Answer

const yes: Answer = { holds: true, until: null }
const no: Answer = { holds: false, until: null }

/** The conditions as one question, made ready once. The cheap ones come first, and an expression is only asked where all else holds. */
export function askFinding(conditions: FindingConditions): AskFinding {
  const tests = testsOf(conditions)
  const { fixDays, expression } = conditions
  return (finding, subject, nowMs) => {
    if (!tests.every((test) => test(finding, subject))) return no
    const since = fixDays === undefined ? yes : oldEnough(finding, fixDays, nowMs)
    if (since.holds !== true || expression === undefined) return since
    const { fixedSince } = finding
    const age = fixedSince === null ? null : Math.floor((nowMs - Date.parse(fixedSince)) / dayMs)
    const result = evaluateExpression(expression, 'finding', variablesOf(finding, subject, age))
    // An expression may ask for the fix's age in days: tomorrow the answer can be another one.
    const until = fixedSince === null || !expression.includes('fixDays') ? null : daysAfter(fixedSince, (age ?? 0) + 1)
    return 'value' in result ? { holds: result.value, until } : { holds: undefined, why: result.error, until }
  }
}

function oldEnough({ fixedSince }: AskedFinding, days: number, nowMs: number): Answer {
  if (fixedSince === null) return no
  if (nowMs - Date.parse(fixedSince) >= days * dayMs) return yes
  return { holds: false, until: daysAfter(fixedSince, days) }
}

const daysAfter = (since: string, days: number): string | null => timeAt(Date.parse(since) + days * dayMs)

type Test = (finding: AskedFinding, subject: AskedPackage) => boolean

function testsOf(conditions: FindingConditions): readonly Test[] {
  const { severity, score, kev, epss, fixable, sources, ecosystems, vulnerabilities, packages } = conditions
  const tests: (Test | undefined)[] = [
    severity === undefined ? undefined : (finding) => severityRank[finding.severity] >= severityRank[severity],
    fixable === undefined ? undefined : (finding) => (finding.fixed !== null) === fixable,
    kev === undefined ? undefined : (finding) => finding.kev === kev,
    score === undefined ? undefined : (finding) => finding.score !== null && finding.score >= score,
    epss === undefined ? undefined : (finding) => finding.epss !== null && finding.epss >= epss,
    sources && ((finding) => finding.advisories.some((id) => sources.some((source) => comesFrom(id, source)))),
    ecosystems && inEcosystem(ecosystems),
    vulnerabilities && namesVulnerability(vulnerabilities),
    packages && namesPackage(packages),
  ]
  return tests.filter((test) => test !== undefined)
}

const comesFrom = (id: string, source: string): boolean => id === source || id.startsWith(`${source}-`)

function inEcosystem(ecosystems: readonly string[]): Test {
  return (_, { ecosystem }) => isOfEcosystem(ecosystem, ecosystems)
}

/** `Debian` stands for all its releases. */
export function isOfEcosystem(ecosystem: string, wanted: readonly string[]): boolean {
  return wanted.some((one) => ecosystem === one || ecosystem.startsWith(`${one}:`))
}

function namesVulnerability(patterns: readonly string[]): Test {
  const fits = anyPattern(patterns)
  return ({ vulnerability, aliases, advisories }) => fits(vulnerability) || aliases.some(fits) || advisories.some(fits)
}

function namesPackage(patterns: readonly string[]): Test {
  const fits = packagePattern(patterns)
  return (_, subject) => fits(subject)
}

/** By name, by the source's name, or by purl, with or without version and qualifiers, where the pattern begins with `pkg:`. */
export function packagePattern(patterns: readonly string[]): (subject: AskedPackage) => boolean {
  const byPurl = patterns.filter((pattern) => pattern.startsWith('pkg:'))
  const purlFits = byPurl.length > 0 ? anyPattern(byPurl) : undefined
  const nameFits = anyPattern(patterns.filter((pattern) => !pattern.startsWith('pkg:')))
  return ({ name, source, purl }) => {
    if (nameFits(name) || (source !== null && nameFits(source.name))) return true
    if (!purlFits) return false
    const [bare = purl] = purl.split('?', 1)
    const at = bare.lastIndexOf('@')
    return purlFits(purl) || purlFits(bare) || (at > 0 && purlFits(bare.slice(0, at)))
  }
}

function variablesOf(finding: AskedFinding, subject: AskedPackage, fixDays: number | null) {
  const { vulnerability, aliases, advisories, severity, score, fixed, published, kev, epss } = finding
  const { name, version, type, ecosystem, source, purl } = subject
  return {
    finding: {
      vulnerability,
      aliases,
      advisories,
      severity,
      score,
      fixed,
      fixable: fixed !== null,
      fixDays,
      published,
      kev,
      epss,
    },
    package: { name, version, type, ecosystem, source: source?.name ?? name, purl },
  }
}
