import { isDeepStrictEqual } from 'node:util'
import type { Snapshot } from '../adapters/store/records.ts'
import type { Standing, Touched } from '../adapters/store/reevaluation-records.ts'
import type { Digest } from '../core/image/digest.ts'
import { feedCoverage } from '../core/match/feed-coverage.ts'
import { staleFeeds } from '../core/policy/stale-feeds.ts'
import type { Rules } from '../core/policy/rules.ts'
import type { JudgeDeps } from './judge-image.ts'
import { lifetimesOf } from './lifetimes.ts'
import { matchBatch, matchPackages } from './match-packages.ts'
import { paced, type Pause } from './paced.ts'
import { createPushGate } from './push-gate.ts'
import { rejudge } from './rejudge.ts'

export interface ReevaluateDeps extends JudgeDeps {
  /** Told of images whose verdicts changed, at least once for each change. */
  readonly announce: (images: readonly Digest[]) => Promise<void>
  /** Where others work in this process: when they let the next batch begin, and for how long. */
  readonly pause?: Pause
}

export interface Reevaluation {
  /** Package versions that were matched. */
  readonly packages: number
  /** Images that were judged. */
  readonly images: number
  /** Of these, with another outcome, policy or reasons than before. */
  readonly changed: number
}

/** Packages that are matched and written at once: some milliseconds. */
const matchBatchSize = 500
/** Who was away for more snapshots finds all changed. */
const snapshotsLooked = 100

/**
 * Brings every stored verdict to the current snapshot and policy, at the cost of what changed: packages that touched
 * advisories name are matched, packages of which the rules ask something else are asked, the tallies of the sets that hold them
 * follow, and the images with these sets are judged. All others are as of the snapshot by one row. Safe to repeat and to interrupt at any point: what is left to do is in the store.
 * `full`: matches and judges everything, trusting nothing.
 */
export async function reevaluate(
  cause: string,
  deps: ReevaluateDeps,
  signal: AbortSignal,
  { full = false }: { readonly full?: boolean } = {},
): Promise<Reevaluation> {
  const { store, now, pause = createPushGate().pause } = deps
  const { reevaluation, feeds } = store
  const sum = { packages: 0, images: 0, changed: 0 }
  for (let all = full; ; all = false) {
    const snapshot = await feeds.current()
    const former = await reevaluation.standing()
    const rules = await deps.rules()
    const at = now().toISOString()
    const target = { snapshot: snapshot?.number ?? 0, rules, stale: staleFeeds(rules, snapshot?.feeds ?? [], at) }
    const movedForAll = all ? cause : await whatMovedForAll(former, snapshot, cause, deps)
    const standing = await reevaluation.begin({ ...target, now: at, all: movedForAll })
    const under = { ...deps, pause, rules: async () => rules }

    if (snapshot) sum.packages += await matchChanges(standing, snapshot, all, under, signal)
    await paced((limit) => reevaluation.ask(rules, at, limit), pause, signal)
    await paced((limit) => reevaluation.carry(limit), pause, signal)
    const judged = await judgeAll(snapshot, rules, under, signal)
    sum.images += judged.images
    sum.changed += judged.changed
    const finished = await reevaluation.finish(target, now().toISOString())
    await paced((limit) => announceSome(limit, deps), pause, signal)
    if (finished) return sum
  }
}

/**
 * A cause for which every image has to be judged; null where what is due is enough. Images that were scanned meanwhile may
 * have been judged against any snapshot since the one that was checked last.
 */
async function whatMovedForAll(
  { snapshot: former, checkedAt, policy }: Standing,
  snapshot: Snapshot | undefined,
  cause: string,
  deps: ReevaluateDeps,
): Promise<string | null> {
  // Nobody has done this before: what moved is what the caller knows of.
  if (policy === '') return cause
  const { reevaluation, feeds } = deps.store
  const since = snapshot ? (await feeds.snapshots({ limit: snapshotsLooked })).items : []
  const range = since.filter(({ number }) => number >= former)
  if (snapshot && range.at(-1)?.number !== former) return 'feed'

  const ecosystems = await reevaluation.ecosystems()
  if (!allEqual(range.map((one) => ecosystemGaps(ecosystems, one.feeds)))) return 'feed'

  const distros = await reevaluation.distros()
  const lines: unknown[] = []
  for (const now of [new Date(checkedAt ?? 0), deps.now()]) {
    for (const number of snapshot ? range.map((one) => one.number) : [undefined]) {
      const lifetimes = await lifetimesOf(distros, now, feeds, number)
      lines.push(distros.map((distro) => lifetimes.coverage(distro)))
    }
  }
  return allEqual(lines) ? null : 'end of life'
}

const allEqual = (values: readonly unknown[]): boolean => values.every((value) => isDeepStrictEqual(value, values[0]))

/** Which of the ecosystems the feeds know, as one text; not how many advisories they have for them. */
export function ecosystemGaps(ecosystems: readonly string[], feeds: Snapshot['feeds'] | undefined): string {
  const coverage = ecosystems.map((name) => feedCoverage({ ecosystems: { [name]: 1 }, types: {} }, feeds, []))
  return JSON.stringify(coverage.map((lines) => lines.map(({ reason }) => reason ?? null)))
}

/** Matches what the feeds changed since packages were last matched, and what never was. Returns how many there were. */
async function matchChanges(
  standing: Standing,
  snapshot: Snapshot,
  all: boolean,
  deps: Required<ReevaluateDeps>,
  signal: AbortSignal,
): Promise<number> {
  const { packages, feeds, reevaluation } = deps.store
  let matched = 0
  if (all) matched += await matchPackages('all', snapshot, deps, signal, snapshot.number + 1)
  const touched = await touchedSince(standing.matched, snapshot.number, feeds)
  do {
    if (touched) {
      for await (const part of reevaluation.touched(touched, snapshot.number)) {
        for (let start = 0; start < part.length; start += matchBatchSize) {
          signal.throwIfAborted()
          const batch = part.slice(start, start + matchBatchSize)
          await matchBatch(batch, snapshot, { store: { packages, feeds }, rules: deps.rules, now: deps.now })
          matched += batch.length
          await deps.pause()
        }
      }
    } else {
      matched += await matchPackages('all', snapshot, deps, signal)
    }
    // Scans go on meanwhile, and may have matched one against the former snapshot: then it looks again.
  } while (!(await reevaluation.matched(snapshot.number, touched, await deps.rules())))
  return matched + (await matchPackages('all', snapshot, deps, signal, 1))
}

/** Null: what changed is not known, or nothing was ever matched: every package has to be looked at. */
async function touchedSince(
  matched: number,
  current: number,
  feeds: ReevaluateDeps['store']['feeds'],
): Promise<Touched | null> {
  if (matched === current) return { packageKeys: [], rated: [] }
  return matched === 0 ? null : ((await feeds.changes(matched, current)) ?? null)
}

/** Judges what is due, batch by batch. */
async function judgeAll(
  snapshot: Snapshot | undefined,
  rules: Rules,
  { store, now, pause }: Required<ReevaluateDeps>,
  signal: AbortSignal,
): Promise<{ readonly images: number; readonly changed: number }> {
  const sum = { images: 0, changed: 0 }
  const lifetimesNow = async () => lifetimesOf(await store.reevaluation.distros(), now(), store.feeds)
  let lifetimes = await lifetimesNow()
  const judgeSome = async (limit: number): Promise<number> => {
    const bench = { rules, snapshot, now: now().toISOString() }
    const judged = await store.reevaluation.judgeDue(limit, rules, (image) => {
      const lifetime = lifetimes.coverage(image.distro)
      // It was scanned just now; the next batch knows its distribution.
      return lifetime ? rejudge(image, lifetime, bench) : 'later'
    })
    sum.images += judged.images
    sum.changed += judged.changed
    if (judged.later > 0) lifetimes = await lifetimesNow()
    return judged.images + judged.later
  }
  await paced(judgeSome, pause, signal)
  return sum
}

async function announceSome(limit: number, { store, announce }: ReevaluateDeps): Promise<number> {
  const changes = await store.reevaluation.outbox(limit)
  if (changes.length === 0) return 0
  await announce(changes.map(({ digest }) => digest))
  await store.reevaluation.announced(changes.map(({ id }) => id))
  return changes.length
}
