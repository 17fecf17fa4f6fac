import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import { layerOfEach, originOf } from '../core/report/origins.ts'
import { findingParts, type FindingPart } from '../core/report/parts.ts'
import { TallymanError } from '../errors.ts'
import type { PastMoment } from './as-of.ts'
import { packagesOf } from './build-report.ts'
import { decidedOf } from './decided.ts'
import { exploitationOf } from './exploitation.ts'
import { knownThen } from './known-then.ts'

/**
 * The findings that today's inventory of an image would have had, as its report would have listed them. NOT_FOUND where the
 * advisories of then are no longer kept, or no such image is stored.
 */
export async function findingsThen(digest: Digest, moment: PastMoment, store: Store): Promise<readonly FindingPart[]> {
  const image = await store.images.get(digest)
  if (!image) {
    const children = (await store.images.index(digest))?.children.map((child) => `${child.platform} ${child.digest}`)
    const what = children ? `${digest} is an index; ask for one of its images: ${children.join(', ')}` : undefined
    throw new TallymanError('NOT_FOUND', what ?? `no image ${digest} is stored`)
  }
  if (moment.gone !== null) throw new TallymanError('NOT_FOUND', moment.gone)
  const { time, rules, snapshot } = moment
  const past = await knownThen(image, moment, store)
  const decided = await decidedOf(digest, time, { store, rules, past })
  const findings = decided.findings(past.findings)
  const exploitation = await exploitationOf(findings, store, snapshot?.number)
  const base = (await store.images.base(digest)) ?? null
  const layers = layerOfEach(await packagesOf(image, store))
  const reported = findings.map((finding) => ({
    ...finding,
    ...originOf(finding, layers, base),
    ...exploitation(finding),
    decision: decided.finding(finding),
  }))
  return findingParts({ findings: reported, image })
}
