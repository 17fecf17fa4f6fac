import type { ImageRecord, PackageRecord, Snapshot } from '../adapters/store/records.ts'
import type { AskedImage, Store } from '../adapters/store/store.ts'
import { compareText } from '../core/compare-text.ts'
import type { Digest } from '../core/image/digest.ts'
import type { CoverageEntry } from '../core/inventory/package.ts'
import { contentsOf, feedCoverage } from '../core/match/feed-coverage.ts'
import type { ImageFacts } from '../core/policy/image-facts.ts'
import { judge } from '../core/policy/judge.ts'
import type { Finding, FindingCounts, Verdict } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import { tallyOfAsked } from './judge-image.ts'
import { lifetimesOf } from './lifetimes.ts'
import { matchesOf } from './match-packages.ts'

/** A point in the past, and what was in force then. */
export interface Then {
  /** RFC 3339. */
  readonly time: string
  /** Undefined before the first was adopted. */
  readonly snapshot: Snapshot | undefined
  readonly rules: Rules
}

/** What an image's packages would have been judged to be. */
export interface Known extends Verdict {
  readonly counts: FindingCounts
  /** Of the inventory and of the feeds. */
  readonly coverage: readonly CoverageEntry[]
}

export interface KnownThen {
  readonly verdict: Known
  /** By what the packages are; what exceptions take out is not marked. */
  readonly findings: readonly Finding[]
  /** What it was judged by. */
  readonly facts: ImageFacts
  readonly asked: AskedImage
  /** It lay nowhere then: it was judged as where it lies now. */
  readonly isElsewhere: boolean
}

type KnownStore = Pick<Store, 'images' | 'feeds' | 'whatIf'>

/** Packages that are matched at once. */
const BATCH = 500

/**
 * Matches the packages that the store knows of the image today against a former snapshot, and judges them by the rules of then at the
 * time of then, without writing anything. What moves is as it was: places and tags, exploitation, ends of life. What the image is built
 * on, who signed it and since when there are fixes is as it is known today.
 */
export async function knownThen(
  image: ImageRecord,
  { time, snapshot, rules }: Then,
  store: KnownStore,
): Promise<KnownThen> {
  const { digest } = image
  const packages = await store.images.packages(digest)
  const { asked, findings, uncomparable } = await foundThen(digest, packages, { snapshot, time }, store)
  const lifetimes = await lifetimesOf(
    image.distro ? [image.distro] : [],
    new Date(time),
    store.feeds,
    snapshot?.number ?? beforeTheFirst,
  )
  const coverage = [
    ...image.coverage,
    ...(lifetimes.coverage(image.distro) ?? []),
    ...feedCoverage(contentsOf(packages), snapshot?.feeds, uncomparable),
  ]
  const { facts, isElsewhere } = await factsThen(digest, time, store)
  const evidence = { image: facts, tally: tallyOfAsked(rules, asked, time), coverage, feeds: snapshot?.feeds ?? [] }
  const { verdict, counts } = judge(rules, evidence, time)
  return { verdict: { ...verdict, counts, coverage }, findings, facts, asked, isElsewhere }
}

/** Nothing of a feed is in force at it. */
const beforeTheFirst = 0

interface Found {
  readonly asked: AskedImage
  readonly findings: readonly Finding[]
  readonly uncomparable: readonly { readonly package: string; readonly advisory: string; readonly reason: string }[]
}

async function foundThen(
  digest: Digest,
  packages: readonly PackageRecord[],
  { snapshot, time }: Pick<Then, 'snapshot' | 'time'>,
  store: KnownStore,
): Promise<Found> {
  const number = snapshot?.number ?? beforeTheFirst
  const matchable = snapshot ? packages.filter(({ ecosystem }) => ecosystem !== '') : []
  const matched = []
  for (let start = 0; start < matchable.length; start += BATCH) {
    matched.push(...(await matchesOf(matchable.slice(start, start + BATCH), store, number)))
  }
  const byId = new Map(packages.map((record) => [record.id, record]))
  const gaps = matched.flatMap(({ packageId, result }) => {
    const { id, name, owner } = byId.get(packageId)!
    const distinct = new Map(result.uncomparable.toReversed().map((gap) => [gap.advisory, gap]))
    return owner === null ? [...distinct.values()].map((gap) => ({ ...gap, package: name, id })) : []
  })
  const found = await store.whatIf.found(digest, matched, { snapshot: number, time })
  return { ...found, uncomparable: gaps.toSorted(byNames) }
}

interface Gap {
  readonly id: number
  readonly package: string
  readonly advisory: string
}

/** As the store lists them. */
function byNames(a: Gap, b: Gap): number {
  return compareText(a.package, b.package) || compareText(a.advisory, b.advisory) || a.id - b.id
}

/** Where it lay then; an image that lay nowhere then is asked about as one that lies where it does now. */
async function factsThen(digest: Digest, time: string, { images }: Pick<Store, 'images'>) {
  const then = (await images.facts(digest, time))!
  if (then.places.length > 0) return { facts: then, isElsewhere: false }
  const facts = (await images.facts(digest))!
  return { facts, isElsewhere: facts.places.length > 0 }
}
