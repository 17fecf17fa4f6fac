import type { LayerFacts } from '../layer/facts.ts'
import { tooMuchText } from '../layer/gaps.ts'
import type { Overlay, UnreadEvidence } from '../layer/overlay.ts'
import type { SurvivingReading } from '../layer/overlay-tree.ts'
import { basenameOf } from '../layer/path.ts'
import { catalogers } from './catalogers.ts'
import { chisel } from './chisel.ts'
import { distroRank, type IdentifiedDistro, isOwnType, isSystemType } from './distro.ts'
import { osRelease } from './os-release.ts'
import { rootOf } from './os-root.ts'
import type { CoverageEntry, InstalledPackage } from './package.ts'
import { sbomInImage } from './sbom-in-image.ts'

interface Taken extends Overlay {
  readonly read: readonly (LayerFacts | Omit<CoverageEntry, 'subject'> | undefined)[]
  readonly distros: ReadonlyMap<string, IdentifiedDistro>
  readonly packages: readonly InstalledPackage[]
}

/** What of an image was understood: its layers, its evidence files, its operating system, whether it has packages at all. */
export function coverageOf({ read, readings, unread, isComplete, distros, packages }: Taken): readonly CoverageEntry[] {
  return [
    ...read.flatMap(ofLayer),
    ...(isComplete ? [] : [cutShort]),
    ...readings.filter((reading) => !isOfSettings(reading) && matters(reading.path, distros)).flatMap(ofReading),
    ...unread.filter(({ path }) => !leadsToSettings(path) && matters(path, distros)).map(ofUnread),
    ...ofSystems(distros, packages),
    ...(packages.length === 0 ? [noPackages] : []),
  ]
}

const cutShort: CoverageEntry = {
  subject: 'layers',
  status: 'partial',
  reason: 'TOO_MANY_LINKS',
  detail:
    'they have more or longer symlinks and paths than can be followed; packages may be missing or no longer there',
}

const noPackages: CoverageEntry = {
  subject: 'packages',
  status: 'no-data',
  reason: 'NO_PACKAGES',
  detail: 'no package of any kind was found, which is not the same as none being there',
}

function ofLayer(read: Taken['read'][number], index: number): readonly CoverageEntry[] {
  const subject = `layer ${index}`
  if (!read) return [{ subject, status: 'skipped', reason: 'LAYER_NOT_READ', detail: 'its content is not known' }]
  if (!('blob' in read)) return [{ subject, ...read }]
  const gaps = read.gaps.filter(({ reason }) => reason !== tooMuchText)
  return gaps.length > 0 ? gaps.map((gap) => ({ subject, ...gap })) : [{ subject, status: 'done' }]
}

/** What a lesser file says of the distribution, or does not, changes nothing once a better one is believed. */
function matters(path: string, distros: ReadonlyMap<string, IdentifiedDistro>): boolean {
  if (!osRelease.wants(path, basenameOf(path))) return true
  const root = rootOf(path)
  const believed = distros.get(root)
  return believed === undefined || distroRank(path.slice(root.length)) < believed.rank
}

/** What catalogers of settings could not read is for the benchmark to say. */
function isOfSettings({ cataloger }: SurvivingReading): boolean {
  return settings.some(({ name }) => name === cataloger)
}

function leadsToSettings(path: string): boolean {
  const basename = basenameOf(path)
  return settings.some((cataloger) => cataloger.wants(path, basename))
}

const settings = catalogers.filter(({ subject }) => subject === 'settings')

function ofReading({ path, notes }: SurvivingReading): readonly CoverageEntry[] {
  return notes.map((detail) => ({ subject: path, status: 'partial', reason: 'EVIDENCE_UNREADABLE', detail }))
}

function ofUnread({ path, target }: UnreadEvidence): CoverageEntry {
  const detail = `it leads to ${target}, which was not read`
  return { subject: path, status: 'skipped', reason: 'EVIDENCE_NOT_READ', detail }
}

/** One line for the image itself, and one for every further root with OS packages. */
function ofSystems(
  distros: ReadonlyMap<string, IdentifiedDistro>,
  packages: readonly InstalledPackage[],
): readonly CoverageEntry[] {
  const system = packages.filter(({ type }) => isSystemType(type))
  const byRoot = Map.groupBy(system, ({ path }) => rootOf(path))
  const roots = new Set(['', ...byRoot.keys()])
  return [...roots].sort().flatMap((root) => ofSystem(root, distros.get(root), byRoot.get(root) ?? []))
}

function ofSystem(
  root: string,
  identified: IdentifiedDistro | undefined,
  packages: readonly InstalledPackage[],
): readonly CoverageEntry[] {
  const subject = root === '' ? 'os' : `os in ${root.slice(0, -1)}`
  const noData = (reason: string, detail: string): CoverageEntry => ({ subject, status: 'no-data', reason, detail })
  if (!identified) {
    // An image without an operating system is a common one: a static program, or an application on its own.
    if (packages.length === 0) return []
    const detail = `nothing says which distribution its ${packages.length} packages are of`
    return [noData('OS_UNKNOWN', detail)]
  }
  const { distro, approximation } = identified
  const name = `${distro.id} ${distro.version}`.trimEnd()
  if (packages.length === 0) return [noData('NO_PACKAGE_DATABASE', `it is ${name}, but no package of it was found`)]
  if (distro.ecosystem === null) return [noData('ECOSYSTEM_UNKNOWN', `no advisory feed is known for ${name}`)]
  const foreign = packages.filter(({ type }) => !isOwnType(type, distro)).length
  const named = packages.filter(({ cataloger }) => cataloger === chisel.name || cataloger === sbomInImage.name)
  const thirdParty = packages.filter(({ type, ecosystem }) => isOwnType(type, distro) && ecosystem === null)
  return [
    approximation === null
      ? { subject, status: 'done', detail: distro.ecosystem }
      : { subject, status: 'partial', reason: 'DISTRO_APPROXIMATED', detail: approximation },
    ...(foreign > 0 ? [noData('FOREIGN_PACKAGES', `${foreign} packages are not of the kind that ${name} has`)] : []),
    ...(named.length > 0 ? [sourceUnknown(subject, named.length)] : []),
    ...(thirdParty.length > 0 ? [noData('THIRD_PARTY_PACKAGE', thirdPartyDetail(thirdParty, name))] : []),
  ]
}

/** Most distributions' advisories are about sources. */
function sourceUnknown(subject: string, count: number): CoverageEntry {
  const detail = `nothing says from which sources ${count === 1 ? '1 package' : `${count} packages`} came; matched by binary names`
  return { subject, status: 'partial', reason: 'SOURCE_UNKNOWN', detail }
}

const maxNamed = 5

function thirdPartyDetail(packages: readonly InstalledPackage[], distro: string): string {
  const names = packages.slice(0, maxNamed).map(({ name }) => name)
  const more = packages.length > maxNamed ? ` and ${packages.length - maxNamed} more` : ''
  return `others than ${distro} made ${names.join(', ')}${more}; its advisories say nothing about them`
}
