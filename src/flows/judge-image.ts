import type { Store } from '../adapters/store/store.ts'
import type { ImageRecord, PackageRecord, Snapshot, VerdictRecord } from '../adapters/store/records.ts'
import type { Digest } from '../core/image/digest.ts'
import type { CoverageEntry, Distro } from '../core/inventory/package.ts'
import { announcedEnd, lifetimeKeys } from '../core/match/announced-lifetimes.ts'
import { lifetimeCoverage } from '../core/match/distro-lifetimes.ts'
import { contentsOf, feedCoverage } from '../core/match/feed-coverage.ts'
import { countFindings } from '../core/policy/counts.ts'
import { policyFingerprint } from '../core/policy/fingerprint.ts'
import { judge } from '../core/policy/judge.ts'
import type { Policy } from '../core/policy/policy.ts'
import { TallymanError } from '../errors.ts'

export interface JudgeDeps {
  readonly store: Store
  readonly policy: Policy
  readonly now: () => Date
}

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
  const { store, policy } = deps
  const image = await store.images.get(digest)
  if (!image) throw new TallymanError('NOT_SCANNED', `${digest} is not in the store`)
  const packages = await store.images.packages(digest)
  const findings = snapshot ? await store.images.findings(digest) : []
  const coverage = await currentCoverage(image, packages, snapshot, deps)
  const verdict = judge(policy, { findings, coverage: [...image.coverage, ...coverage] })

  const now = deps.now().toISOString()
  const former = await store.verdicts.current(digest)
  const same = former !== undefined && sameDecision(former, verdict)
  const record: VerdictRecord = {
    ...verdict,
    digest,
    counts: countFindings(findings),
    coverage,
    snapshot: snapshot?.number ?? null,
    cause: same ? former.cause : former ? cause : 'first scan',
    decidedAt: same ? former.decidedAt : now,
    checkedAt: now,
  }
  await store.verdicts.save(record, policyFingerprint(policy))
  return record
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
