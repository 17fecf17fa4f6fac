import type { Severity } from '../match/advisory.ts'
import type { FindingCounts } from './policy.ts'

/**
 * What decides about a finding: two findings of one class have the same fate under the rules in force, in whatever image.
 * `holds` are the keys of the questions (rules.ts) whose answer is yes, `failed` of those that could not be answered, with why
 * (`failure`); both sorted.
 */
export interface FindingClass {
  readonly kind: 'finding'
  readonly severity: Severity
  /** Whether there is a fix. */
  readonly fixable: boolean
  readonly holds: readonly string[]
  readonly failed: readonly string[]
}

/** The same of a package: the rules over packages that catch it, and those that cannot tell. */
export interface PackageClass {
  readonly kind: 'package'
  readonly holds: readonly string[]
  readonly failed: readonly string[]
}

export type TallyClass = FindingClass | PackageClass

/** Errors are few different texts, and stay so: a long one is cut. */
const maxWhy = 120

/** An entry of `failed`. */
export function failure(key: string, why = 'no reason is known'): string {
  return `${key} ${why.slice(0, maxWhy)}`
}

/** Why the question could not be answered; undefined where it could. */
export function whyFailed({ failed }: Pick<TallyClass, 'failed'>, key: string): string | undefined {
  return failed.find((entry) => entry.startsWith(`${key} `))?.slice(key.length + 1)
}

/** One text for one class. */
export function classText({ kind, holds, failed, ...own }: TallyClass): string {
  const finding = 'severity' in own ? [own.severity, own.fixable ? 1 : 0] : []
  return JSON.stringify([kind, ...finding, holds, failed])
}

/** The class of a text that `classText` made. */
export function classOfText(text: string): TallyClass {
  const [kind, ...rest] = JSON.parse(text) as ['finding' | 'package', ...unknown[]]
  const [holds, failed] = rest.slice(-2) as [string[], string[]]
  if (kind === 'package') return { kind, holds, failed }
  const [severity, fixable] = rest as [Severity, 0 | 1]
  return { kind, severity, fixable: fixable === 1, holds, failed }
}

/**
 * Open findings, and packages that rules catch, by class. Tallies add up: an image's is the sum over its packages, so a change of
 * one package is a few additions for all images that have it.
 */
export type Tally = readonly ClassCount[]

export interface ClassCount {
  readonly class: TallyClass
  readonly count: number
}

/** One entry a class, in the order in which the classes first come. */
export function tallyOf(classes: Iterable<TallyClass>): Tally {
  const tally = new Map<string, { class: TallyClass; count: number }>()
  for (const some of classes) {
    const key = classText(some)
    const entry = tally.get(key)
    if (entry) entry.count += 1
    else tally.set(key, { class: some, count: 1 })
  }
  return [...tally.values()]
}

/** What has to be added to `before` to have `after`: counts may be negative. Equal classes have to be one object. */
export function differenceOf(after: Tally, before: Tally): Tally {
  const counts = new Map(after.map(({ class: some, count }) => [some, count]))
  for (const { class: some, count } of before) counts.set(some, (counts.get(some) ?? 0) - count)
  return [...counts].filter(([, count]) => count !== 0).map(([some, count]) => ({ class: some, count }))
}

/** Equal classes as one object, so that sums need no comparing of texts. */
export function sameObjects(): (some: TallyClass) => TallyClass {
  const known = new Map<string, TallyClass>()
  const met = new WeakMap<TallyClass, TallyClass>()
  return (some) => {
    const before = met.get(some)
    if (before) return before
    const text = classText(some)
    const one = known.get(text) ?? some
    known.set(text, one)
    met.set(some, one)
    return one
  }
}

/** Negligible ones count as low. */
export function countsOf(
  tally: Iterable<{ readonly class: Pick<FindingClass, 'severity' | 'fixable'>; readonly count: number }>,
): FindingCounts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0, unknown: 0, fixable: 0 }
  for (const { class: some, count } of tally) {
    counts[some.severity === 'negligible' ? 'low' : some.severity] += count
    if (some.fixable) counts.fixable += count
  }
  return counts
}

/** How many the classes have together. */
export const total = (classes: readonly { readonly count: number }[]): number =>
  classes.reduce((sum, { count }) => sum + count, 0)
