import type { AskedImage, Store } from '../adapters/store/store.ts'
import type { ImageRecord, PackageRecord, Snapshot, VerdictRecord } from '../adapters/store/records.ts'
import type { Digest } from '../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../core/inventory/package.ts'
import { announcedEnd, lifetimeKeys } from '../core/match/announced-lifetimes.ts'
import { lifetimeCoverage } from '../core/match/distro-lifetimes.ts'
import { contentsOf, feedCoverage } from '../core/match/feed-coverage.ts'
import { judge } from '../core/policy/judge.ts'
import type { Rules } from '../core/policy/rules.ts'
import { tallyOf, type Tally } from '../core/policy/tally.ts'
import { TallymanError } from '../errors.ts'

export interface JudgeDeps {
  readonly store: Store
  /** Policies and exceptions in force now. */
  readonly rules: () => Promise<Rules>
  readonly now: () => Date
}

/** The cause where nothing but a scan is known to have changed the verdict. */
export const scannedAgain = 'scanned again'

/**
 * Judges a stored image by what the store knows about it now, and makes that its current verdict. Safe to repeat. `cause`
 * is kept where outcome, policy or reasons change. Without a snapshot nothing is known to be affected or safe.
 */
export async function judgeImage(
  digest: Digest,
  snapshot: Snapshot | undefined,
  cause: string,
  deps: JudgeDeps,
): Promise<VerdictRecord> {
  const { store } = deps
  const rules = await deps.rules()
  const image = await store.images.get(digest)
  const facts = await store.images.facts(digest)
  if (!image || !facts) throw new TallymanError('NOT_SCANNED', `${digest} is not in the store`)
  const now = deps.now().toISOString()
  const packages = await store.images.packages(digest)
  const tally = tallyOfAsked(rules, await store.images.asked(digest), now).filter(
    (entry) => snapshot !== undefined || entry.class.kind === 'package',
  )
  const coverage = await currentCoverage(image, packages, snapshot, deps)
  const evidence = { image: facts, tally, coverage: [...image.coverage, ...coverage], feeds: snapshot?.feeds ?? [] }
  const { verdict, counts, until } = judge(rules, evidence, now)

  const former = await store.verdicts.current(digest)
  const same = former !== undefined && sameDecision(former, verdict)
  const record: VerdictRecord = {
    ...verdict,
    digest,
    counts,
    coverage,
    snapshot: snapshot?.number ?? null,
    cause: same ? former.cause : former ? await causeOf(digest, cause, store) : 'first scan',
    decidedAt: same ? former.decidedAt : now,
    checkedAt: now,
    until,
  }
  await store.verdicts.save(record, { rules, evidence })
  return record
}

/** A scan may overtake the re-evaluation that would have changed the verdict anyway: then it is that one's cause. */
async function causeOf(digest: Digest, cause: string, { verdicts }: Store): Promise<string> {
  return cause === scannedAgain ? ((await verdicts.dueCause(digest)) ?? cause) : cause
}

/** What rules ask of an image's findings and packages, answered one by one. */
export function tallyOfAsked(rules: Rules, { findings, packages }: AskedImage, now: string): Tally {
  const nowMs = Date.parse(now)
  return tallyOf([
    ...findings.map(({ finding, subject }) => rules.classOf(finding, subject, nowMs).class),
    ...packages.flatMap((subject) => rules.packageClassOf(subject) ?? []),
  ])
}

/** What the feeds could say of an image at a time: ends of life, ecosystems without data, versions that nobody can compare. */
export async function currentCoverage(
  { digest, distro }: Pick<ImageRecord, 'digest' | 'distro'>,
  packages: readonly PackageRecord[],
  snapshot: Snapshot | undefined,
  { store, now }: Pick<JudgeDeps, 'store' | 'now'>,
): Promise<readonly CoverageEntry[]> {
  return [
    ...lifetimeCoverage(distro, now(), await announcedEndOf(distro, store)),
    ...feedCoverage(contentsOf(packages), snapshot?.feeds, await store.packages.uncomparable(digest)),
  ]
}

async function announcedEndOf(distro: Distro | null, { feeds }: Pick<Store, 'feeds'>): Promise<string | undefined> {
  return distro ? announcedEnd(distro, await feeds.facts('eol', lifetimeKeys(distro))) : undefined
}

export function sameDecision(a: Pick<VerdictRecord, 'outcome' | 'policy' | 'reasons'>, b: typeof a): boolean {
  return a.outcome === b.outcome && a.policy === b.policy && JSON.stringify(a.reasons) === JSON.stringify(b.reasons)
}
