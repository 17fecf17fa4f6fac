import { Compile } from 'typebox/compile'
import { TallymanError } from '../../errors.ts'
import { mistakeLine, readDocument, readDocuments, schemaMistakes, type Mistake } from './document-mistakes.ts'
import { emptyPolicy, type Policy, type Scope } from './policy.ts'
import { ruleMistakes } from './policy-mistakes.ts'
import { policyDocumentSchema, type PolicyDocument, type PolicySpec, type Rules } from './policy-schema.ts'
import { policyWarnings } from './policy-warnings.ts'

const validator = Compile(policyDocumentSchema)

/** Of documents in one text: more are several files. */
const maxPolicies = 100

/** Reads a YAML policy. POLICY_INVALID lists the mistakes, each as `source:line:column: where: what was expected`. */
export function parsePolicy(text: string, source = 'policy'): Policy {
  return policyOf(readDocument<PolicyDocument>(text, { source, code: 'POLICY_INVALID' }, mistakesIn))
}

/** The same of one or more documents, separated by `---`, each with a name of its own. */
export function parsePolicies(text: string, source = 'policy'): readonly Policy[] {
  return checkPolicies(text, source).policies
}

/** Beside the policies what is right and yet can hardly be meant, each as `source:line:column: where: what`. */
export function checkPolicies(
  text: string,
  source: string,
): { readonly policies: readonly Policy[]; readonly warnings: readonly string[] } {
  const documents = readDocuments<PolicyDocument>(text, { source, code: 'POLICY_INVALID' }, mistakesIn)
  if (documents.length > maxPolicies) {
    throw new TallymanError('POLICY_INVALID', `${source}: expected at most ${maxPolicies} policies in one file`)
  }
  const names = new Set<string>()
  for (const { value, place } of documents) {
    const { name } = value.metadata
    const message = `expected a name of its own, an earlier policy is called ${name} too`
    const mistake = place({ path: ['metadata', 'name'], message })
    if (names.has(name))
      throw new TallymanError('POLICY_INVALID', mistakeLine(source, mistake), { mistakes: [mistake] })
    names.add(name)
  }
  return {
    policies: documents.map(({ value }) => policyOf(value)),
    warnings: documents.flatMap(({ value, place }) => {
      return policyWarnings(value.spec).map((warning) => mistakeLine(source, place(warning)))
    }),
  }
}

function mistakesIn(value: unknown): readonly Mistake[] {
  return validator.Check(value)
    ? ruleMistakes(value.spec)
    : schemaMistakes(policyDocumentSchema, validator.Errors(value))
}

function policyOf({ metadata, spec }: PolicyDocument): Policy {
  return {
    ...emptyPolicy,
    name: metadata.name,
    description: metadata.description ?? null,
    priority: spec.priority ?? 0,
    scopes: (spec.scopes ?? []).map(scopeOf),
    vulnerabilities: (spec.vulnerabilities ?? []).map(vulnerabilityRuleOf),
    packages: (spec.packages ?? []).map(packageRuleOf),
    checks: (spec.checks ?? []).map(({ ids, layers = 'all', undecidable = 'ignore', ...rule }) => {
      return given({ ...rule, ids: listed(ids), layers, undecidable })
    }),
    secrets: (spec.secrets ?? []).map(({ rules, layers = 'all', ...rule }) => {
      return given({ ...rule, rules: listed(rules), layers })
    }),
    base: (spec.base ?? []).map(({ allow, maxAge, unknown = 'inconclusive', ...rule }) => {
      return given({ ...rule, allow: listed(allow), maxDays: days(maxAge), unknown })
    }),
    image: (spec.image ?? []).map(({ maxAge, ...rule }) => given({ ...rule, maxDays: days(maxAge) })),
    provenance: (spec.provenance ?? []).map(({ signedBy, ...rule }) => ({ ...rule, signedBy: listed(signedBy) ?? [] })),
    onIncomplete: spec.incomplete ?? null,
    staleness: stalenessOf(spec.staleness),
  }
}

/** As a document says it: a pattern alone is a list of one. */
export function scopeOf({ labels, ...lists }: NonNullable<PolicySpec['scopes']>[number]): Scope {
  const patterns = Object.entries(lists).map(([key, value]) => [key, listed(value)])
  return { ...Object.fromEntries(patterns), ...(labels && { labels }) }
}

function vulnerabilityRuleOf(rule: Rules<'vulnerabilities'>[number]): Policy['vulnerabilities'][number] {
  const { ids, sources, ecosystems, packages, fixAge, grace, ...plain } = rule
  const { period = grace, during = 'warn' } = typeof grace === 'object' ? grace : {}
  return given({
    ...plain,
    sources: listed(sources),
    ecosystems: listed(ecosystems),
    vulnerabilities: listed(ids),
    packages: listed(packages),
    fixDays: days(fixAge),
    grace: typeof period === 'string' ? { days: days(period) ?? 0, during } : undefined,
  })
}

function packageRuleOf(rule: Rules<'packages'>[number]): Policy['packages'][number] {
  const { deny, allow, ecosystems, licenses, ...plain } = rule
  return given({
    ...plain,
    deny: listed(deny),
    allow: listed(allow),
    ecosystems: listed(ecosystems),
    licenses:
      licenses &&
      given({ deny: listed(licenses.deny), allow: listed(licenses.allow), unknown: licenses.unknown ?? 'ignore' }),
  })
}

function stalenessOf(staleness: PolicySpec['staleness']): Policy['staleness'] {
  if (!staleness) return null
  return { maxHours: (days(staleness.maxAge) ?? 0) * 24, action: staleness.action ?? 'inconclusive' }
}

function listed(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : value
}

const unitDays: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7 }

/** Of `12h`, `14d` or `2w`; the schema knows no others. */
function days(duration: string | undefined): number | undefined {
  return duration === undefined ? undefined : Number(duration.slice(0, -1)) * (unitDays[duration.slice(-1)] ?? 0)
}

type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/** Without the keys that are undefined: what a document leaves out is not in the policy, and not in its fingerprint. */
function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}
