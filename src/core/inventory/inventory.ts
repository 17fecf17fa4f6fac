import { compareText } from '../compare-text.ts'
import type { LayerFacts } from '../layer/facts.ts'
import { overlay, type Overlay } from '../layer/overlay.ts'
import type { SurvivingReading } from '../layer/overlay-tree.ts'
import { basenameOf } from '../layer/path.ts'
import { catalogers } from './catalogers.ts'
import { chisel } from './chisel.ts'
import { coverageOf } from './coverage.ts'
import { ecosystemOf } from './ecosystem.ts'
import { chooseDistro, type IdentifiedDistro, isOwnType, isSystemType } from './distro.ts'
import { osPlaces, rootOf } from './os-root.ts'
import { ownersOf, type Candidate } from './owners.ts'
import type { CoverageEntry, Distro, ImageLayer, InstalledPackage, Inventory, PackageFact } from './package.ts'
import { preferred } from './precedence.ts'
import { purlOf } from './purl.ts'
import { isOfDistribution, isThirdParty } from './third-party.ts'

/** A layer's facts, or why there are none. */
export type LayerRead = LayerFacts | Omit<CoverageEntry, 'subject'>

export interface ReadImage {
  readonly layers: readonly ImageLayer[]
  /** One for each layer, base first. */
  readonly read: readonly LayerRead[]
}

/**
 * What an image holds after the overlay, sorted, and what of it was not understood. A layer that could not be read is a
 * coverage entry, and the others are still taken for what they are: its packages may be missing, or deleted in it.
 */
export function takeInventory(image: ReadImage, merged: Overlay = overlayOf(image)): Inventory {
  const { layers, read } = image
  const distros = distrosIn(merged.readings)
  const packages = packagesIn(merged, distros)
  return {
    distro: distros.get('')?.distro ?? null,
    packages,
    coverage: coverageOf({ ...merged, read: layers.map((_, index) => read[index]), distros, packages }),
  }
}

/** What is left of the layers' readings when they lie over each other; a layer without facts changes nothing. */
export function overlayOf({ layers, read }: ReadImage): Overlay {
  const facts = layers.map((_, index) => factsIn(read[index]))
  return overlay(facts, { wants: isEvidence, places: osPlaces })
}

function factsIn(read: LayerRead | undefined): LayerFacts | undefined {
  return read && 'blob' in read ? read : undefined
}

function isEvidence(path: string): boolean {
  const basename = basenameOf(path)
  return catalogers.some((cataloger) => cataloger.wants(path, basename))
}

/** The distribution of each root that states one. */
function distrosIn(readings: readonly SurvivingReading[]): ReadonlyMap<string, IdentifiedDistro> {
  const stated = readings.flatMap(({ path, facts }) =>
    facts.flatMap((fact) => (fact.kind === 'distro' ? [{ root: rootOf(path), path, fact }] : [])),
  )
  const distros = new Map<string, IdentifiedDistro>()
  for (const [root, files] of Map.groupBy(stated, (file) => file.root)) {
    const distro = chooseDistro(files.map(({ path, fact }) => ({ path: path.slice(root.length), fact })))
    if (distro) distros.set(root, distro)
  }
  return distros
}

/**
 * OS packages once in a root, whatever number of databases has them; language packages once per place. A version string in
 * a program that an OS package owns says again, less exactly, what the package says, so it is left out.
 */
function packagesIn(
  { readings, entryOf }: Pick<Overlay, 'readings' | 'entryOf'>,
  distros: ReadonlyMap<string, IdentifiedDistro>,
): readonly InstalledPackage[] {
  const candidates = preferred(readings.flatMap((reading) => candidatesIn(reading, distros)))
  const owners = ownersOf(candidates, readings, entryOf)
  return candidates
    .filter((candidate) => candidate.evidence !== 'pattern' || !owners.has(candidate))
    .map((candidate) => ({
      ...candidate.installed,
      path: placeOf(candidate),
      ownedBy: owners.get(candidate)?.purl ?? null,
    }))
    .sort(byNameAndPlace)
}

function candidatesIn(reading: SurvivingReading, distros: ReadonlyMap<string, IdentifiedDistro>): readonly Candidate[] {
  const distro = distros.get(rootOf(reading.path))?.distro ?? null
  return reading.facts.flatMap((fact) => {
    if (fact.kind !== 'package') return []
    const installed = installedPackage(fact, reading, isSystemType(fact.type) ? distro : null)
    // Chisel names no maintainers: it cuts from nothing but Ubuntu's archives.
    const isOwn = isSystemType(fact.type) && (reading.cataloger === chisel.name || isOfDistribution(fact, distro))
    return [{ installed, evidence: fact.evidence ?? 'installed', within: fact.within, isOfDistribution: isOwn }]
  })
}

/** Archives in archives as Java writes them in URLs: `app.war!/WEB-INF/lib/a.jar`. */
const placeOf = ({ installed: { path }, within }: Candidate) => (within === undefined ? path : `${path}!/${within}`)

function installedPackage(fact: PackageFact, reading: SurvivingReading, distro: Distro | null): InstalledPackage {
  const { type, name, version, source = null, arch = null, licenses = [], local = false } = fact
  const own = distro && isOwnType(type, distro) ? distro : null
  return {
    type,
    name,
    version,
    source,
    arch,
    licenses,
    ecosystem: local || isThirdParty(fact, own) ? null : ecosystemOf(type, own),
    purl: fact.purl ?? purlOf(fact, own),
    cataloger: reading.cataloger,
    path: reading.path,
    layer: originOf(fact, reading),
    ownedBy: null,
  }
}

const identityOf = ({ name, version, arch = '' }: PackageFact) => `${name}\n${version}\n${arch}`

/**
 * The layer that brought this version: the first of those that kept it in the file without a break. A package manager
 * rewrites the whole database for every package it adds.
 */
function originOf(fact: PackageFact, reading: SurvivingReading): number {
  const identity = identityOf(fact)
  let layer = reading.layer
  for (const before of reading.earlier) {
    if (!identitiesIn(before).has(identity)) return layer
    layer = before.layer
  }
  return layer
}

/** Kept with the reading: each of 400 packages asks for the same one. */
const identities = new WeakMap<SurvivingReading, ReadonlySet<string>>()

function identitiesIn(reading: SurvivingReading): ReadonlySet<string> {
  let known = identities.get(reading)
  if (!known) {
    known = new Set(reading.facts.flatMap((fact) => (fact.kind === 'package' ? [identityOf(fact)] : [])))
    identities.set(reading, known)
  }
  return known
}

function byNameAndPlace(a: InstalledPackage, b: InstalledPackage): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.arch ?? '', b.arch ?? '') ||
    compareText(a.path, b.path)
  )
}
