import { setImmediate as nextTurn } from 'node:timers/promises'
import type { FeedEffect } from '../adapters/store/feed-records.ts'
import type { PackageRecord, Snapshot } from '../adapters/store/records.ts'
import type { FeedTransaction, StandingImage, Store } from '../adapters/store/store.ts'
import { lookupKeys } from '../core/match/lookup.ts'
import type { Rules } from '../core/policy/rules.ts'
import { differenceOf, sameObjects, tallyOf, type Tally, type TallyClass } from '../core/policy/tally.ts'
import { askedAt, type AskedAt } from './asked-at.ts'
import { previewImages, type Preview } from './preview-images.ts'
import { ecosystemGaps } from './reevaluate.ts'
import { standingTallies } from './standing-tallies.ts'

/** Package versions that are looked at, and of these those that are matched: a second or two on the largest stores. */
const MAX_LOOKED_AT = 20_000
const MAX_MATCHED = 2_000
const BATCH = 500
/** Images that are judged: as many take another second or two. */
const MAX_JUDGED = 20_000
const IMAGES_AT_ONCE = 2_000

export interface ForeseeDeps {
  readonly store: Pick<Store, 'packages' | 'feeds' | 'whatIf' | 'reevaluation' | 'images'>
  readonly rules: () => Promise<Rules>
  readonly now: () => Date
}

interface Foreseen {
  readonly effect: FeedEffect
  readonly changed: Preview['changed']
}

/**
 * What adopting the transaction would do to the stored packages and the verdicts of the images that have them: those that the
 * change names are matched against the state in force and against the new one, images with what differs are judged by the
 * rules in force, and nothing is written. `snapshot`: the one that it would become.
 */
export async function foreseeEffect(
  transaction: Pick<FeedTransaction, 'touched'>,
  snapshot: Snapshot,
  deps: ForeseeDeps,
  signal: AbortSignal,
): Promise<Foreseen> {
  const rules = await deps.rules()
  const { changes, gapsDiffer, ...ofPackages } = await changedPackages(transaction, snapshot, rules, deps, signal)
  const fleet = await judgeWith(changes, snapshot, rules, deps, signal)
  const { images, flips, changed } = fleet.preview
  const partial = ofPackages.partial || gapsDiffer || fleet.partial
  return { effect: { ...ofPackages, images, flips, partial }, changed }
}

interface ChangedPackages extends Pick<FeedEffect, 'packages' | 'opened' | 'closed' | 'partial'> {
  /** By how much the tallies of packages would be others. */
  readonly changes: ReadonlyMap<number, Tally>
  /** Other advisories would be ones that cannot be compared: of what that makes of verdicts nothing is told. */
  readonly gapsDiffer: boolean
}

async function changedPackages(
  transaction: Pick<FeedTransaction, 'touched'>,
  { number }: Snapshot,
  rules: Rules,
  { store, now }: ForeseeDeps,
  signal: AbortSignal,
): Promise<ChangedPackages> {
  const touched = new Set(await transaction.touched())
  const nowMs = now().getTime()
  const one = sameObjects()
  const changes = new Map<number, Tally>()
  const sum = { packages: 0, opened: 0, closed: 0, partial: false, changes, gapsDiffer: false }
  let looked = 0
  for (let after = 0; touched.size > 0;) {
    signal.throwIfAborted()
    const packages = await store.packages.unmatched('all', number, after, BATCH)
    const last = packages.at(-1)
    if (!last) break
    if (looked >= MAX_LOOKED_AT || sum.packages >= MAX_MATCHED) return { ...sum, partial: true }
    looked += packages.length
    after = last.id

    const concerned = packages.filter((record) => lookupKeys(record).some((key) => touched.has(key)))
    const asking = { store, rules, now: now().toISOString() }
    const before = await askedAt(concerned, number - 1, asking)
    const then = await askedAt(concerned, number, asking)
    for (const record of concerned) {
      const [former, next] = [before.get(record.id)!, then.get(record.id)!]
      sum.packages++
      sum.opened += countMissing(next, former)
      sum.closed += countMissing(former, next)
      sum.gapsDiffer ||= record.owner === null && former.gaps !== next.gaps
      const [was, is] = [former, next].map((asked) => classesOf(record, asked, rules, nowMs).map(one))
      const difference = differenceOf(tallyOf(is!), tallyOf(was!))
      if (difference.length > 0) changes.set(record.id, difference)
    }
    await nextTurn()
  }
  return sum
}

/** How many vulnerabilities of one are not among the others. */
function countMissing({ vulnerabilities: some }: AskedAt, { vulnerabilities: others }: AskedAt): number {
  return [...some].filter((each) => !others.has(each)).length
}

const classesOf = (record: PackageRecord, { findings }: AskedAt, rules: Rules, nowMs: number): TallyClass[] =>
  findings.map((finding) => rules.classOf(finding, record, nowMs).class)

/** Judges the images that have packages with other tallies; where what the feeds know at all would be another, every image. */
async function judgeWith(
  changes: ReadonlyMap<number, Tally>,
  snapshot: Snapshot,
  rules: Rules,
  deps: ForeseeDeps,
  signal: AbortSignal,
): Promise<{ readonly preview: Preview; readonly partial: boolean }> {
  const { whatIf, reevaluation, feeds } = deps.store
  const ecosystems = await reevaluation.ecosystems()
  const [known, wouldKnow] = [await feeds.current(), snapshot].map((one) => ecosystemGaps(ecosystems, one?.feeds))
  const everything = known !== wouldKnow
  if (changes.size === 0 && !everything) {
    return { preview: { images: 0, flips: {}, changed: [] }, partial: false }
  }
  const now = deps.now().toISOString()
  const sets = await whatIf.setChanges(changes)
  const tallied = await standingTallies(rules, now, deps.store, signal)
  const one = sameObjects()
  let judged = 0
  let partial = false
  async function* concerned(): AsyncGenerator<readonly StandingImage[]> {
    for (let after = 0; ;) {
      const part = await whatIf.images(after, IMAGES_AT_ONCE, rules, everything ? undefined : new Set(sets.keys()))
      const last = part.at(-1)
      if (last === undefined) return
      if (judged >= MAX_JUDGED) {
        partial = true
        return
      }
      judged += part.length
      after = last.id
      // Of images whose purls lie in several sets no addition tells what counts: they would have to be read one by one.
      const sums = part.filter(({ evidence }) => 'tally' in evidence)
      partial ||= sums.length < part.length
      yield sums.map((image) => changedBy(tallied(image), sets, one))
    }
  }
  const preview = await previewImages(concerned(), { rules, snapshot, now }, deps, signal)
  return { preview, partial }
}

function changedBy(
  image: StandingImage,
  sets: ReadonlyMap<number, Tally>,
  one: (some: TallyClass) => TallyClass,
): StandingImage {
  if ('asked' in image.evidence) return image
  const counts = new Map<TallyClass, number>()
  for (const { class: some, count } of [image.evidence.tally, ...image.sets.map((set) => sets.get(set) ?? [])].flat()) {
    counts.set(one(some), (counts.get(one(some)) ?? 0) + count)
  }
  const tally = [...counts].filter(([, count]) => count > 0).map(([some, count]) => ({ class: some, count }))
  return { ...image, evidence: { tally } }
}
