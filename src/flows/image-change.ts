import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ChangedImage } from '../adapters/store/notice-records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import type { Severity } from '../core/match/advisory.ts'
import type { ImageChange } from '../core/notice/notice.ts'
import { decisiveFirst, type Decision } from '../core/policy/decisions.ts'
import type { Finding } from '../core/policy/policy.ts'
import type { Rules } from '../core/policy/rules.ts'
import { decidedOf } from './decided.ts'

export interface ChangeDeps {
  readonly store: Store
  /** Policies and exceptions in force now: what exceptions take out of a verdict is not told. */
  readonly inForce: () => Promise<Rules>
  readonly now: () => Date
}

export interface Told {
  readonly image: ChangedImage
  readonly kind: ImageChange['kind']
}

const maxFindings = 5

/** What nobody has rated may be anything, and stands in the middle. */
const severities: readonly Severity[] = ['negligible', 'low', 'unknown', 'medium', 'high', 'critical']

export function worstSeverityFirst(a: Severity, b: Severity): number {
  return severities.indexOf(b) - severities.indexOf(a)
}

/**
 * A new finding that an exception takes out is no news: `newest` is then the worst that exceptions leave. Costs some queries for each
 * image with new findings, so it is done only where there are exceptions, and lets pushes in between.
 */
export async function withoutExcepted(
  page: readonly ChangedImage[],
  deps: ChangeDeps,
  signal: AbortSignal,
): Promise<readonly ChangedImage[]> {
  if ((await deps.inForce()).exceptionsByKey.size === 0) return page
  const changed: ChangedImage[] = []
  for (const image of page) {
    signal.throwIfAborted()
    changed.push(image.newest === null ? image : { ...image, newest: await newestOpen(image, deps) })
    await nextTurn()
  }
  return changed
}

async function newestOpen(image: ChangedImage, deps: ChangeDeps): Promise<Severity | null> {
  const fresh = (await openFindings(image.digest, deps)).filter(({ finding }) => isNewTo(image, finding))
  return fresh.map(({ finding }) => finding.severity).toSorted(worstSeverityFirst)[0] ?? null
}

interface OpenFinding {
  readonly finding: Finding
  readonly decision: Decision | null
}

/** Of an image, without what exceptions take out. */
async function openFindings(digest: Digest, { store, inForce, now }: ChangeDeps): Promise<readonly OpenFinding[]> {
  const decided = await decidedOf(digest, now().toISOString(), { store, rules: await inForce() })
  return decided
    .findings(await store.images.findings(digest))
    .filter(({ state }) => state === 'open')
    .map((finding) => ({ finding, decision: decided.finding(finding) }))
}

function isNewTo({ since }: ChangedImage, { firstSeen }: Finding): boolean {
  return since === null || firstSeen > since
}

/** What is told of it, with the first of its findings. */
export async function imageChange({ image, kind }: Told, deps: ChangeDeps): Promise<ImageChange> {
  const { digest, platform, references, from, to, cause } = image
  const findings = (await openFindings(digest, deps))
    .map((each) => ({ ...each, isNew: isNewTo(image, each.finding) }))
    .toSorted(
      (a, b) =>
        Number(b.isNew) - Number(a.isNew) ||
        decisiveFirst(a, b) ||
        worstSeverityFirst(a.finding.severity, b.finding.severity),
    )
  return {
    kind,
    digest,
    platform,
    references: references.slice(0, 10),
    from,
    to,
    cause,
    findings: findings.slice(0, maxFindings).map(({ finding, decision, isNew }) => {
      const { vulnerability, package: purl, severity, fixed } = finding
      return { vulnerability, package: purl, severity, fixed, isNew, decision }
    }),
    moreFindings: Math.max(0, findings.length - maxFindings),
  }
}
