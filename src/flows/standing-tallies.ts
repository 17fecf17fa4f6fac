import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Standing } from '../adapters/store/reevaluation-records.ts'
import type { StandingImage, Store } from '../adapters/store/store.ts'
import type { Rules } from '../core/policy/rules.ts'
import { sameObjects, tallyOf, type Tally, type TallyClass } from '../core/policy/tally.ts'

/**
 * Gives an image the tally that it has under these rules: the stored one where the stored answers are to their questions. Else each
 * package version is asked once, and the answers are added up over shared sets. Time may have changed answers since they were
 * counted; the next re-evaluation is never far, so the counts will do.
 */
export async function standingTallies(
  rules: Rules,
  now: string,
  { reevaluation, whatIf }: Pick<Store, 'reevaluation' | 'whatIf'>,
  signal: AbortSignal,
): Promise<(image: StandingImage) => StandingImage> {
  if (isAsked(rules, await reevaluation.standing())) return (image) => image
  const tallies = await talliesUnder(rules, now, { whatIf }, signal)
  return (image) => withTallies(image, tallies)
}

/** Whether the stored tallies answer all that the rules ask. */
function isAsked({ questions, exceptions }: Rules, standing: Standing): boolean {
  const keys = new Set(standing.exceptionKeys)
  return questions === standing.questions && exceptions.every(({ key }) => key === null || keys.has(key))
}

async function talliesUnder(
  rules: Rules,
  now: string,
  { whatIf }: Pick<Store, 'whatIf'>,
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Tally>> {
  const nowMs = Date.parse(now)
  const one = sameObjects()
  const packages = new Map<number, Tally>()
  const parts = whatIf.packages({ withoutFindings: rules.asksPackages, exploitation: rules.asksExploitation })
  for await (const part of parts) {
    signal.throwIfAborted()
    for (const { id, subject, findings } of part) {
      const classes: TallyClass[] = findings.map((finding) => rules.classOf(finding, subject, nowMs).class)
      const ofPackage = rules.packageClassOf(subject)
      if (ofPackage) classes.push(ofPackage)
      if (classes.length > 0)
        packages.set(
          id,
          tallyOf(classes).map((entry) => ({ ...entry, class: one(entry.class) })),
        )
    }
    await nextTurn()
  }
  return whatIf.setTallies(packages)
}

function withTallies(image: StandingImage, tallies: ReadonlyMap<number, Tally>): StandingImage {
  if ('asked' in image.evidence) return image
  const counts = new Map<TallyClass, number>()
  for (const set of image.sets) {
    for (const { class: some, count } of tallies.get(set) ?? []) counts.set(some, (counts.get(some) ?? 0) + count)
  }
  return { ...image, evidence: { tally: [...counts].map(([some, count]) => ({ class: some, count })) } }
}
