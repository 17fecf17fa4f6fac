import type { ImageRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import { takeInventory } from '../core/inventory/inventory.ts'
import type { InstalledPackage } from '../core/inventory/package.ts'
import { keyOfVersions } from '../core/layer/catalogers-key.ts'
import { worstOutcome } from '../core/policy/judge.ts'
import type { Rules } from '../core/policy/rules.ts'
import { reportCheck, reportSecret } from '../core/report/check-parts.ts'
import { isFromBase, layerOfEach, originOf } from '../core/report/origins.ts'
import type { IndexReport, Report, ReportImage, ReportPackage } from '../core/report/report.ts'
import type { Signatures } from '../core/signature/signatures.ts'
import { TallymanError } from '../errors.ts'
import { currentCoverage } from './judge-image.ts'
import { decidedOf } from './decided.ts'
import { exploitationOf } from './exploitation.ts'
import { standingChecks } from './standing-checks.ts'

export interface ReportDeps {
  readonly store: Store
  readonly engine: string
  readonly rules: () => Promise<Rules>
}

/**
 * The report of a stored image, or one per platform for an index. `reference` is how it was asked for; without it, where
 * the image was last seen. NOT_SCANNED where there is no verdict yet. `platforms` leaves out the other children of an index.
 */
export async function buildReport(
  digest: Digest,
  reference: string | null,
  deps: ReportDeps,
  platforms?: readonly Digest[],
): Promise<Report | IndexReport> {
  const name = reference ?? (await knownReference(digest, deps.store))
  const index = await deps.store.images.index(digest)
  if (!index) return imageReport(digest, name, deps)
  const children = index.children.filter((child) => !platforms || platforms.includes(child.digest))
  const images: Report[] = []
  for (const child of children) {
    if ((await deps.store.images.artifact(child.digest)) !== undefined) continue
    images.push(await imageReport(child.digest, name, deps))
  }
  const [first] = images
  if (!first) throw new TallymanError('NOT_SCANNED', `${name} is an index of which no platform has been scanned`)
  const outcome = worstOutcome(images.map(({ verdict }) => verdict.outcome))
  return {
    schema: 'tallyman.index-report/v1',
    digest,
    reference: name,
    verdict: { outcome, policy: first.verdict.policy },
    images,
  }
}

async function imageReport(digest: Digest, reference: string, deps: ReportDeps): Promise<Report> {
  const { store, engine } = deps
  const image = await store.images.get(digest)
  const verdict = await store.verdicts.current(digest)
  if (!image || !verdict) {
    throw new TallymanError(
      'NOT_SCANNED',
      `${reference} (${digest}) has no verdict yet; ask for a scan or wait for it to finish`,
    )
  }
  const snapshot = verdict.snapshot === null ? undefined : await store.feeds.current()
  const rules = await deps.rules()
  const decided = await decidedOf(digest, verdict.checkedAt, { store, rules })
  const findings = snapshot ? decided.findings(await store.images.findings(digest)) : []
  const exploitation = await exploitationOf(findings, store)
  const base = (await store.images.base(digest)) ?? null
  const packages = await packagesOf(image, store)
  const checkedAt = new Date(verdict.checkedAt)
  const coverage = await currentCoverage(image, await store.images.packages(digest), snapshot, {
    store,
    now: () => checkedAt,
  })
  const layers = layerOfEach(packages)
  const { checks: found, secrets } = await store.images.checks(digest)
  const standing = await standingChecks(digest, verdict.checkedAt, { store, rules, isMatched: snapshot !== undefined })
  const checks = [...found, ...standing].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  return {
    schema: 'tallyman.report/v1',
    image: describe(image, reference, base, (await store.images.facts(digest))?.signatures ?? null),
    packages: packages.map((installed) => reportPackage(installed, base)),
    findings: findings.map((finding) => ({
      ...finding,
      ...originOf(finding, layers, base),
      ...exploitation(finding),
      decision: decided.finding(finding),
    })),
    checks: checks.map((check) => ({ ...reportCheck(check, base), ...decided.check(check) })),
    secrets: secrets.map((secret) => ({ ...reportSecret(secret, base), ...decided.secret(secret) })),
    // Not the verdict's: what did not change it since was not written to it.
    coverage: [...image.coverage, ...coverage],
    verdict: { outcome: verdict.outcome, policy: verdict.policy, reasons: verdict.reasons },
    checkedAgainst: {
      snapshot: verdict.snapshot === null ? 'none' : String(verdict.snapshot),
      feeds: (snapshot?.feeds ?? []).map(({ name, fetched, advisories }) => ({ name, fetched, advisories })),
      engine,
      catalogers: image.catalogers,
    },
    scannedAt: image.scannedAt,
  }
}

/** From the layer facts, which know path and layer of every package; the package sets know neither. */
export async function packagesOf(image: ImageRecord, store: Store): Promise<readonly InstalledPackage[]> {
  const facts = await store.layers.get(
    image.layers.map(({ digest }) => digest),
    keyOfVersions(image.catalogers),
  )
  const unread = { status: 'skipped', reason: 'NOT_STORED', detail: 'its facts are not in the store' } as const
  return takeInventory({ layers: image.layers, read: image.layers.map(({ digest }) => facts.get(digest) ?? unread) })
    .packages
}

function describe(
  image: ImageRecord,
  reference: string,
  base: ReportImage['base'],
  signatures: Signatures | null,
): ReportImage {
  const { digest, platform, mediaType, created, size, distro, layers } = image
  return {
    reference,
    digest,
    platform,
    mediaType,
    created,
    size,
    distro,
    base,
    signatures: signatures && signatures.by,
    layers: layers.map(({ diffId, digest, size, createdBy }) => ({ diffId, digest, size, createdBy })),
  }
}

function reportPackage(installed: InstalledPackage, base: ReportImage['base']): ReportPackage {
  const { purl, name, version, ecosystem, source, arch, cataloger, path, layer, ownedBy, licenses } = installed
  const fromBase = isFromBase(layer, base)
  return { purl, name, version, ecosystem, source, arch, cataloger, path, layer, fromBase, ownedBy, licenses }
}

/** `registry/repository:tag` where it was seen, else the digest alone. */
async function knownReference(digest: Digest, store: Store): Promise<string> {
  const [place] = await store.sightings.locations(digest)
  if (!place) return digest
  const [tag] = place.tags
  return tag ? `${place.registry}/${place.repository}:${tag}` : `${place.registry}/${place.repository}@${digest}`
}
