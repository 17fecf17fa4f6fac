import { gzipSync } from 'node:zlib'
import { digestOf, type Digest } from '../image/digest.ts'
import type { Descriptor } from '../image/manifest.ts'
import { mediaTypes } from '../image/media-type.ts'
import type { FindingCounts, Outcome } from '../policy/policy.ts'
import type { IndexReport, Report } from './report.ts'

/** What our artifacts are found by: `oras discover --artifact-type` and the referrers API filter on it. */
export const reportArtifactType = 'application/vnd.tallyman.report.v1'
export const reportLayerType = 'application/vnd.tallyman.report.v1+json+gzip'

/** The blob `{}` that an artifact without a config names (image-spec manifest.md, "Guidance for an Empty Descriptor"). */
const emptyBlob = Buffer.from('{}')

/** What a reader of annotations alone learns: enough for a gate that never opens the report. */
export interface ReportSummary {
  readonly outcome: Outcome
  readonly policy: string
  readonly counts: FindingCounts
  /** Snapshot number as text, `none` without a feed. */
  readonly snapshot: string
  /** When the advisories of the feed that was fetched longest ago were fetched, RFC 3339; null without any. */
  readonly feedFetched: string | null
  readonly checkedAt: string
  readonly validUntil: string
}

export interface ReportArtifact {
  readonly manifest: Buffer
  readonly digest: Digest
  readonly blobs: readonly { readonly digest: Digest; readonly bytes: Buffer }[]
}

/** The artifact that carries a report on its image. The same report gives the same bytes, so pushing it again changes nothing. */
export function reportArtifact(
  report: Report | IndexReport,
  summary: ReportSummary,
  subject: Descriptor,
): ReportArtifact {
  const payload = gzipSync(JSON.stringify(report))
  const layer = { mediaType: reportLayerType, digest: digestOf(payload), size: payload.length }
  const config = { mediaType: mediaTypes.ociEmpty, digest: digestOf(emptyBlob), size: emptyBlob.length }
  const { mediaType, digest, size } = subject
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      artifactType: reportArtifactType,
      config: { ...config, data: emptyBlob.toString('base64') },
      layers: [{ ...layer, annotations: { 'org.opencontainers.image.title': 'report.json.gz' } }],
      subject: { mediaType, digest, size },
      annotations: annotations(summary),
    }),
  )
  return {
    manifest,
    digest: digestOf(manifest),
    blobs: [
      { digest: config.digest, bytes: emptyBlob },
      { digest: layer.digest, bytes: payload },
    ],
  }
}

/** The contract of docs/write-back.md. Values are strings: OCI annotations know nothing else. */
function annotations({
  outcome,
  policy,
  counts,
  snapshot,
  feedFetched,
  checkedAt,
  validUntil,
}: ReportSummary): Record<string, string> {
  return {
    'dev.tallyman.verdict': outcome,
    'dev.tallyman.policy': policy,
    'dev.tallyman.findings.critical': String(counts.critical),
    'dev.tallyman.findings.high': String(counts.high),
    'dev.tallyman.findings.medium': String(counts.medium),
    'dev.tallyman.findings.low': String(counts.low),
    'dev.tallyman.findings.unknown': String(counts.unknown),
    'dev.tallyman.fixable': String(counts.fixable),
    'dev.tallyman.snapshot': snapshot,
    ...(feedFetched !== null && { 'dev.tallyman.feed-fetched': feedFetched }),
    'dev.tallyman.checked-at': checkedAt,
    'dev.tallyman.valid-until': validUntil,
    'org.opencontainers.image.created': checkedAt,
  }
}
