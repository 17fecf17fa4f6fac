import type { Repository } from '../adapters/registry/client.ts'
import type { Location } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import { buildReport } from './build-report.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Descriptor } from '../core/image/manifest.ts'
import { countFindings, totalCounts } from '../core/policy/counts.ts'
import type { Finding, FindingCounts } from '../core/policy/policy.ts'
import { earlier, type Rules } from '../core/policy/rules.ts'
import { reportArtifact, reportArtifactType, type ReportSummary } from '../core/report/referrer.ts'
import type { IndexReport, Report } from '../core/report/report.ts'
import { asTallymanError } from '../errors.ts'
import type { Logger } from '../log.ts'

export interface WriteBackDeps {
  readonly store: Store
  readonly engine: string
  readonly rules: () => Promise<Rules>
  readonly now: () => Date
  /** How long readers may rely on the written verdict. */
  readonly validForSeconds: number
  readonly log: Logger
}

/**
 * Attaches the current report to the image (or index) as its one tallyman referrer and removes those before. A registry
 * that refuses is remembered and logged, and does not undo the verdict; one that is unavailable is thrown, so that the job
 * is tried again.
 */
export async function writeBack(
  subject: Descriptor,
  location: Location,
  repository: Repository,
  deps: WriteBackDeps,
  signal: AbortSignal,
): Promise<void> {
  const { store, now, log } = deps
  const report = await buildReport(subject.digest, null, deps)
  const until = await changesAt(report, store)
  const artifact = reportArtifact(
    report,
    summarise(report, now(), { validForSeconds: deps.validForSeconds, until }),
    subject,
  )
  const record = { ...location, digest: subject.digest, manifest: artifact.digest, at: now().toISOString() }

  // Before the push: its notification may be here before the push has returned.
  await store.writeBacks.save({ ...record, status: 'pending', error: null })
  try {
    for (const { digest, bytes } of artifact.blobs) await repository.putBlob(digest, bytes, signal)
    await repository.attach({ bytes: artifact.manifest, subject: subject.digest }, signal)
    await removeOthers(repository, subject.digest, artifact.digest, signal)
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.retry) throw error
    await store.writeBacks.save({ ...record, status: 'failed', error: `${error.code}: ${error.message}` })
    log.warn(
      { ...location, digest: subject.digest, code: error.code },
      `could not write the report back: ${error.message}`,
    )
    return
  }
  await store.writeBacks.save({ ...record, status: 'done', error: null })
  log.info(
    { ...location, digest: subject.digest, artifact: artifact.digest, type: reportArtifactType },
    'report written back',
  )
}

/** All but the current one: a killed worker may have left more than one behind. */
async function removeOthers(
  repository: Repository,
  subject: Digest,
  current: Digest,
  signal: AbortSignal,
): Promise<void> {
  for (const { digest } of await repository.referrers(subject, reportArtifactType, signal)) {
    if (digest !== current) await repository.removeReferrer(subject, digest, signal)
  }
}

/** Times as texts of one form: the least is the oldest. */
function oldestFeed(feeds: Report['checkedAgainst']['feeds']): string | null {
  const times = feeds.filter(({ advisories }) => advisories > 0).map(({ fetched }) => new Date(fetched).toISOString())
  return times.toSorted()[0] ?? null
}

/** When time alone may change a verdict in the report; null: never. */
async function changesAt(report: Report | IndexReport, { verdicts }: Store): Promise<string | null> {
  const images = report.schema === 'tallyman.report/v1' ? [report] : report.images
  const current = await Promise.all(images.map(({ image }) => verdicts.current(image.digest)))
  return current.reduce<string | null>((first, verdict) => earlier(first, verdict?.until ?? null), null)
}

function summarise(
  report: Report | IndexReport,
  now: Date,
  { validForSeconds, until }: { readonly validForSeconds: number; readonly until: string | null },
): ReportSummary {
  const images = report.schema === 'tallyman.report/v1' ? [report] : report.images
  const counts: FindingCounts = totalCounts(
    images.map(({ findings }) => countFindings(findings satisfies readonly Finding[])),
  )
  const { outcome, policy } = report.verdict
  const valid = new Date(now.getTime() + validForSeconds * 1000).toISOString()
  return {
    outcome,
    policy,
    counts,
    snapshot: images[0]?.checkedAgainst.snapshot ?? 'none',
    feedFetched: oldestFeed(images[0]?.checkedAgainst.feeds ?? []),
    checkedAt: now.toISOString(),
    validUntil: until !== null && until < valid ? until : valid,
  }
}
