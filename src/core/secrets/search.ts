import { createKeywordSearch } from './keyword-search.ts'
import { isConfigurationFile, kindOf, type Place } from './place.ts'
import { entropyOf, isExample, isReference, isTyped, tokenEntropy } from './plausible.ts'
import { redacted } from './redact.ts'
import type { Candidate, SecretRule } from './rule.ts'
import { secretRules } from './rules.ts'

/** A secret in a text. */
export interface SecretMatch {
  readonly rule: SecretRule
  readonly secret: string
  /** Where the secret begins in the bytes, and where it ends. */
  readonly start: number
  readonly end: number
  readonly redacted: string
}

/** The first of a text are told; more do not make it worse. */
const maxMatches = 100

interface RuleSet {
  readonly search: ReturnType<typeof createKeywordSearch>
  /** By keyword its rules, the first of which decides. */
  readonly rules: readonly (readonly SecretRule[])[]
}

const everywhere = ruleSet(secretRules.filter(({ scope }) => scope === 'everything'))
const inConfiguration = ruleSet(secretRules.filter(({ scope }) => scope !== 'statement'))
const inStatements = ruleSet(secretRules)
const inFiles = secretRules.filter(({ files }) => files)

function ruleSet(rules: readonly SecretRule[]): RuleSet {
  const words = [...new Set(rules.flatMap(({ keywords }) => keywords))]
  return {
    search: createKeywordSearch(words),
    rules: words.map((word) => rules.filter(({ keywords }) => keywords.includes(word))),
  }
}

/** Files of variables, which are what `ENV` is. */
const variables = /(?:^|\/)(?:\.env(?:\.[^/]+)?|[^/]+\.env)$/

/** The secrets in a file, in order. */
export function searchFile(path: string, bytes: Buffer): readonly SecretMatch[] {
  const isConfiguration = isConfigurationFile(path, bytes.length)
  if (!isConfiguration) return search(everywhere, bytes, () => ({ path, kind: kindOf(path), isConfiguration }))
  const place = { path, kind: kindOf(path), isConfiguration }
  const isOwn = place.kind === 'own'
  const clients = isOwn ? inFiles.filter(({ files }) => files?.test(path)) : []
  const rules = variables.test(path) ? inStatements : inConfiguration
  return search(isOwn ? rules : everywhere, bytes, () => place, clients)
}

const statement: Place = { path: '', kind: 'own', isConfiguration: true }

/** The secrets in a variable, a label or a build instruction. */
export function searchStatement(bytes: Buffer): readonly SecretMatch[] {
  return search(inStatements, bytes, () => statement)
}

function search(
  { search, rules }: RuleSet,
  bytes: Buffer,
  placeOf: () => Place,
  clients: readonly SecretRule[] = [],
): readonly SecretMatch[] {
  const matches: SecretMatch[] = []
  let text: string | undefined
  let place: Place | undefined
  const textOf = (): string => (text ??= bytes.toString('latin1'))
  for (const rule of clients) {
    for (const match of textOf().matchAll(rule.pattern)) {
      if (matches.length >= maxMatches) break
      take(matches, rule, match, textOf(), (place ??= placeOf()))
    }
  }
  /** Where the last match of each rule ends: no other begins in it, so that what is looked at twice stays little. */
  const ends = new Map<SecretRule, number>()
  search.scan(bytes, (word, start, end) => {
    for (const rule of rules[word]!) {
      if (rule.canBe?.(bytes, start, end) === false || start < (ends.get(rule) ?? 0)) continue
      rule.pattern.lastIndex = Math.max(0, start - (rule.before ?? 0))
      const match = rule.pattern.exec(textOf())
      if (!match) continue
      ends.set(rule, match.index + match[0].length)
      if (take(matches, rule, match, textOf(), (place ??= placeOf()))) break
    }
    return matches.length < maxMatches
  })
  return withoutOverlaps(matches)
}

function take(matches: SecretMatch[], rule: SecretRule, match: RegExpExecArray, text: string, place: Place): boolean {
  const [begin, end] = match.indices?.groups?.secret ?? match.indices![0]!
  const secretStart = match.indices?.groups?.head?.[0] ?? begin
  const secret = text.slice(secretStart, end)
  const candidate: Candidate = { secret, text, start: match.index, secretStart, groups: match.groups ?? {}, place }
  if (!isSecret(rule, candidate)) return false
  const prefix = rule.keywords.find((keyword) => secret.startsWith(keyword))
  matches.push({
    rule,
    secret,
    start: secretStart,
    end,
    redacted: rule.redact?.(candidate) ?? redacted(secret, prefix),
  })
  return true
}

function isSecret(rule: SecretRule, candidate: Candidate): boolean {
  const { secret, place } = candidate
  if (rule.isProven?.(secret)) return true
  if (place.kind === 'sample' || (place.kind === 'published' && rule.isProven)) return false
  if (rule.isSecret) return rule.isSecret(candidate)
  if (isReference(secret) || isExample(secret) || (place.kind === 'published' && isTyped(secret))) return false
  return entropyOf(secret) >= tokenEntropy[place.kind]
}

/** Of two that find the same text, that of the rule which comes first in the list. */
function withoutOverlaps(matches: readonly SecretMatch[]): readonly SecretMatch[] {
  if (matches.length < 2) return matches
  const byRank = [...matches].sort(
    (a, b) => secretRules.indexOf(a.rule) - secretRules.indexOf(b.rule) || a.start - b.start,
  )
  const kept: SecretMatch[] = []
  for (const match of byRank) {
    if (!kept.some(({ start, end }) => match.start < end && start < match.end)) kept.push(match)
  }
  return kept.sort((a, b) => a.start - b.start)
}
