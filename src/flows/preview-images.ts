import { setImmediate as nextTurn } from 'node:timers/promises'
import type { StandingImage, Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import { feedCoverage } from '../core/match/feed-coverage.ts'
import type { Outcome, VerdictReason } from '../core/policy/policy.ts'
import { lifetimesOf } from './lifetimes.ts'
import { judgeDue, type RejudgeBench } from './rejudge.ts'

/** What other rules, or another state of a feed, would make of the stored images, before anything changes. */
export interface Preview {
  /** Images that were judged. */
  readonly images: number
  /** Those that would have another outcome, by `fail → pass`. */
  readonly flips: Readonly<Record<string, number>>
  /** The first of them, worst first: a list of thousands helps nobody. */
  readonly changed: readonly PreviewedImage[]
}

export interface PreviewedImage {
  readonly digest: Digest
  readonly references: readonly string[]
  readonly platform: string
  readonly before: Outcome
  readonly after: Outcome
  /** Why it is what it is now, and why it would be the other. */
  readonly reasons: readonly VerdictReason[]
  readonly wouldBe: readonly VerdictReason[]
}

/** Flips that are listed one by one. */
const maxListed = 1_000

/** Judges these images, with the evidence that they would have, and tells whose outcome would be another than it is. */
export async function previewImages(
  parts: AsyncIterable<readonly StandingImage[]>,
  bench: RejudgeBench,
  { store }: { readonly store: Pick<Store, 'feeds' | 'reevaluation' | 'images'> },
  signal: AbortSignal,
): Promise<Preview> {
  const { snapshot, now } = bench
  const lifetimes = await lifetimesOf(await store.reevaluation.distros(), new Date(now), store.feeds)
  const flips: Record<string, number> = {}
  const changed: Omit<PreviewedImage, 'references'>[] = []
  let images = 0
  for await (const part of parts) {
    signal.throwIfAborted()
    for (const image of part) {
      if (!image.former) continue
      images += 1
      const lifetime = lifetimes.coverage(image.distro) ?? []
      const coverage = [...lifetime, ...feedCoverage(image.contents, snapshot?.feeds, image.uncomparable)]
      const { verdict } = judgeDue(image, coverage, bench)
      const before = image.former.outcome as Outcome
      if (verdict.outcome === before) continue
      const flip = `${before} → ${verdict.outcome}`
      flips[flip] = (flips[flip] ?? 0) + 1
      if (changed.length === maxListed) continue
      const { digest, facts } = image
      const reasons = JSON.parse(image.former.reasons) as VerdictReason[]
      const wouldBe = verdict.reasons
      changed.push({ digest, platform: facts.platform, before, after: verdict.outcome, reasons, wouldBe })
    }
    await nextTurn()
  }
  return { images, flips, changed: await withReferences(changed, store) }
}

const order: readonly Outcome[] = ['fail', 'inconclusive', 'warn', 'pass']

async function withReferences(
  changed: readonly Omit<PreviewedImage, 'references'>[],
  { images }: Pick<Store, 'images'>,
): Promise<PreviewedImage[]> {
  const sorted = changed.toSorted((a, b) => order.indexOf(a.after) - order.indexOf(b.after))
  const references = await images.references(sorted.map(({ digest }) => digest))
  return sorted.map((image) => ({ ...image, references: references.get(image.digest) ?? [] }))
}
