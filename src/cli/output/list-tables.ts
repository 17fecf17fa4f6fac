import type { FeedDifference } from '../../adapters/store/feed-records.ts'
import type { DeadJob, LaneDepth } from '../../adapters/queue/queue.ts'
import type { BaseSummary } from '../../adapters/store/rebuild-records.ts'
import type { ChangedVerdict } from '../../adapters/store/reevaluation-records.ts'
import type { ImageSummary, PackageSummary, SnapshotFeed, VulnerabilitySummary } from '../../adapters/store/records.ts'
import { ago, grouped } from './quantities.ts'
import { outcomeStyles, severityStyles } from './styles.ts'
import type { Column } from './table.ts'

/** Enough of a digest to tell images apart by eye; `-o json` has all of it. */
const shortDigest = (digest: string) => digest.slice(0, 'sha256:'.length + 12)

export function imageColumns(now: Date): readonly Column<ImageSummary>[] {
  return [
    {
      title: 'VERDICT',
      cell: ({ outcome }) => outcome ?? 'none',
      style: ({ outcome }) => (outcome ? outcomeStyles[outcome] : undefined),
    },
    { title: 'CRITICAL', align: 'right', cell: ({ counts }) => count(counts?.critical) },
    { title: 'HIGH', align: 'right', cell: ({ counts }) => count(counts?.high) },
    { title: 'FIXABLE', align: 'right', cell: ({ counts }) => count(counts?.fixable) },
    { title: 'PLATFORM', cell: ({ platform }) => platform },
    { title: 'DISTRO', cell: ({ distro }) => (distro ? `${distro.id} ${distro.version}` : '-'), optional: true },
    { title: 'SCANNED', cell: ({ scannedAt }) => ago(scannedAt, now), optional: true },
    { title: 'DIGEST', cell: ({ digest }) => shortDigest(digest) },
    { title: 'REFERENCE', cell: ({ references }) => references.join(' ') || '-' },
  ]
}

export function changeColumns(now: Date): readonly Column<ChangedVerdict>[] {
  return [
    { title: 'WHEN', cell: ({ at }) => ago(at, now) },
    {
      title: 'VERDICT',
      cell: ({ before, after }) => `${before?.outcome ?? 'none'} → ${after.outcome}`,
      style: ({ after }) => outcomeStyles[after.outcome],
    },
    { title: 'WHY', cell: ({ cause }) => cause },
    { title: 'DIGEST', cell: ({ digest }) => shortDigest(digest) },
    { title: 'REFERENCE', cell: ({ references }) => references.join(' ') || '-' },
  ]
}

export const baseColumns: readonly Column<BaseSummary>[] = [
  {
    title: 'TURN GREEN',
    align: 'right',
    cell: ({ green }) => grouped(green.fail + green.inconclusive + green.warn),
    style: ({ green }) => (green.fail + green.inconclusive + green.warn > 0 ? 'green' : 'dim'),
  },
  { title: 'FAIL NO MORE', align: 'right', cell: ({ relieved }) => grouped(relieved) },
  { title: 'CLOSES', align: 'right', cell: ({ closes }) => grouped(closes) },
  { title: 'IMAGES', align: 'right', cell: ({ images }) => grouped(Object.values(images).reduce((a, b) => a + b, 0)) },
  { title: 'FAIL', align: 'right', cell: ({ images }) => grouped(images.fail) },
  { title: 'PLATFORM', cell: ({ platform }) => platform, optional: true },
  { title: 'DISTRO', cell: ({ distro }) => (distro ? `${distro.id} ${distro.version}` : '-'), optional: true },
  { title: 'DIGEST', cell: ({ digest }) => shortDigest(digest) },
  { title: 'REFERENCE', cell: ({ references }) => references.join(' ') || '-' },
]

export const packageColumns: readonly Column<PackageSummary>[] = [
  { title: 'ECOSYSTEM', cell: ({ ecosystem }) => ecosystem },
  { title: 'PACKAGE', cell: ({ name }) => name },
  { title: 'VERSION', cell: ({ version }) => version },
  { title: 'ARCH', cell: ({ arch }) => arch ?? '-', optional: true },
  { title: 'IMAGES', align: 'right', cell: ({ images }) => grouped(images) },
  { title: 'VULNERABILITIES', align: 'right', cell: ({ vulnerabilities }) => grouped(vulnerabilities) },
]

export const vulnerabilityColumns: readonly Column<VulnerabilitySummary>[] = [
  { title: 'SEVERITY', cell: ({ severity }) => severity, style: ({ severity }) => severityStyles[severity] },
  { title: 'SCORE', align: 'right', cell: ({ score }) => score?.toFixed(1) ?? '-' },
  { title: 'VULNERABILITY', cell: ({ vulnerability }) => vulnerability },
  { title: 'FIX', cell: ({ fixable }) => (fixable ? 'yes' : 'no') },
  { title: 'PACKAGES', align: 'right', cell: ({ packages }) => grouped(packages) },
  { title: 'IMAGES', align: 'right', cell: ({ images }) => grouped(images) },
  { title: 'SUMMARY', cell: ({ summary }) => summary ?? '', optional: true },
]

export function feedColumns(now: Date): readonly Column<SnapshotFeed>[] {
  return [
    { title: 'FEED', cell: ({ name }) => name },
    { title: 'FETCHED', cell: ({ fetched }) => ago(fetched, now) },
    { title: 'RECORDS', align: 'right', cell: ({ records }) => grouped(records) },
    { title: 'ECOSYSTEMS', align: 'right', cell: ({ ecosystems }) => grouped(Object.keys(ecosystems).length) },
    { title: 'SKIPPED', align: 'right', cell: ({ skipped }) => grouped(skipped) },
    { title: 'FROM', cell: ({ location }) => location },
  ]
}

export const differenceColumns: readonly Column<FeedDifference>[] = [
  { title: 'FEED', cell: ({ feed }) => feed },
  { title: 'CHANGE', cell: ({ change }) => change },
  { title: 'RECORD', cell: ({ path }) => path },
  { title: 'WHAT', cell: ({ aspects }) => aspects.join(', ') },
]

export const laneColumns: readonly Column<LaneDepth>[] = [
  { title: 'LANE', cell: ({ lane }) => lane },
  { title: 'WAITING', align: 'right', cell: ({ waiting }) => grouped(waiting) },
  { title: 'RUNNING', align: 'right', cell: ({ leased }) => grouped(leased) },
]

export function deadJobColumns(now: Date): readonly Column<DeadJob>[] {
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'LANE', cell: ({ lane }) => lane },
    { title: 'JOB', cell: ({ key }) => key },
    { title: 'TRIES', align: 'right', cell: ({ attempt }) => String(attempt) },
    { title: 'DIED', cell: ({ diedAt }) => ago(diedAt.toISOString(), now) },
    { title: 'ERROR', cell: ({ error }) => error },
  ]
}

function count(number: number | undefined): string {
  return number === undefined ? '-' : grouped(number)
}
