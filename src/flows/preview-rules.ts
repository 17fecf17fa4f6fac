import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Snapshot } from '../adapters/store/records.ts'
import type { Standing } from '../adapters/store/reevaluation-records.ts'
import type { StandingImage, Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import { feedCoverage } from '../core/match/feed-coverage.ts'
import type { Outcome, VerdictReason } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import { classText, tallyOf, type Tally, type TallyClass } from '../core/policy/tally.ts'
import { lifetimesOf } from './lifetimes.ts'
import { judgeDue } from './rejudge.ts'

/** What other rules would make of the stored images, before anything changes. */
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

export interface PreviewDeps {
  readonly store: Pick<Store, 'whatIf' | 'feeds' | 'reevaluation' | 'images' | 'sightings'>
  readonly now: () => Date
}

const imagesAtOnce = 2_000
/** Flips that are listed one by one. */
const maxListed = 1_000

/**
 * Judges every stored image by these rules, and tells which outcomes would be others than they are. Asks each package version
 * once, adds the answers up over shared sets, and judges images from the sums: 100,000 images take some seconds.
 */
export async function previewRules(rules: Rules, deps: PreviewDeps, signal: AbortSignal): Promise<Preview> {
  const { store, now } = deps
  const standing = await store.reevaluation.standing()
  const asOf = { snapshot: await store.feeds.current(), now: now().toISOString() }
  // Time may have changed answers since they were counted; the next re-evaluation is never far, so the counts will do.
  const tallies = isAsked(rules, standing) ? undefined : await talliesUnder(rules, asOf.now, store, signal)
  return previewImages(rules, asOf, tallies, deps, signal)
}

/** Whether the stored tallies answer all that the rules ask. */
function isAsked({ questions, exceptions }: Rules, standing: Standing): boolean {
  const keys = new Set(standing.exceptionKeys)
  return questions === standing.questions && exceptions.every(({ key }) => key === null || keys.has(key))
}

/** Sets by the tallies that they would have; undefined where those in the store are the same. */
type SetTallies = ReadonlyMap<number, Tally>

async function talliesUnder(
  rules: Rules,
  now: string,
  { whatIf }: Pick<Store, 'whatIf'>,
  signal: AbortSignal,
): Promise<SetTallies> {
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

/** Equal classes as one object, so that sums need no comparing of texts. */
function sameObjects(): (some: TallyClass) => TallyClass {
  const known = new Map<string, TallyClass>()
  return (some) => {
    const text = classText(some)
    const former = known.get(text)
    if (former) return former
    known.set(text, some)
    return some
  }
}

async function previewImages(
  rules: Rules,
  { snapshot, now }: { readonly snapshot: Snapshot | undefined; readonly now: string },
  tallies: SetTallies | undefined,
  { store }: PreviewDeps,
  signal: AbortSignal,
): Promise<Preview> {
  const lifetimes = await lifetimesOf(await store.reevaluation.distros(), new Date(now), store.feeds)
  const flips: Record<string, number> = {}
  const changed: Omit<PreviewedImage, 'references'>[] = []
  let images = 0
  for (let after = 0; ;) {
    signal.throwIfAborted()
    const part = await store.whatIf.images(after, imagesAtOnce, rules)
    const last = part.at(-1)
    if (last === undefined) break
    for (const image of part) {
      if (!image.former) continue
      images += 1
      const lifetime = lifetimes.coverage(image.distro) ?? []
      const coverage = [...lifetime, ...feedCoverage(image.contents, snapshot?.feeds, image.uncomparable)]
      const { verdict } = judgeDue(tallies ? withTallies(image, tallies) : image, coverage, { rules, snapshot, now })
      const before = image.former.outcome as Outcome
      if (verdict.outcome === before) continue
      const flip = `${before} → ${verdict.outcome}`
      flips[flip] = (flips[flip] ?? 0) + 1
      if (changed.length < maxListed) {
        const { digest, facts } = image
        changed.push({
          digest,
          platform: facts.platform,
          before,
          after: verdict.outcome,
          reasons: JSON.parse(image.former.reasons) as VerdictReason[],
          wouldBe: verdict.reasons,
        })
      }
    }
    after = last.id
    await nextTurn()
  }
  return { images, flips, changed: await withReferences(changed, store) }
}

function withTallies(image: StandingImage, tallies: SetTallies): StandingImage {
  if ('asked' in image.evidence) return image
  const counts = new Map<TallyClass, number>()
  for (const set of image.sets) {
    for (const { class: some, count } of tallies.get(set) ?? []) counts.set(some, (counts.get(some) ?? 0) + count)
  }
  return { ...image, evidence: { tally: [...counts].map(([some, count]) => ({ class: some, count })) } }
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
