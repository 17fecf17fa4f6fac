import { basenameOf } from '../layer/path.ts'
import { isSystemType } from './distro.ts'
import { rootOf } from './os-root.ts'
import type { Candidate } from './owners.ts'
import type { Evidence, InstalledPackage } from './package.ts'
import { sbomInImage } from './sbom-in-image.ts'

/** Best first, as `Evidence` has it. */
const order: readonly Evidence[] = ['installed', 'embedded', 'archive', 'lockfile', 'pattern', 'name']

/**
 * Without what better evidence says already: packages that a lock file asks for where the tree that it describes is there,
 * and the same package at the same place once, by the surest of the means that found it.
 */
export function preferred(all: readonly Candidate[]): readonly Candidate[] {
  const candidates = withoutRepeated(all)
  const trees = new Set(candidates.flatMap(treeOf))
  const best = new Map<string, Candidate>()
  for (const candidate of candidates) {
    if (candidate.evidence === 'lockfile' && isSuperseded(candidate.installed, trees)) continue
    const key = placeOf(candidate)
    const known = best.get(key)
    if (!known || order.indexOf(candidate.evidence) < order.indexOf(known.evidence)) best.set(key, candidate)
  }
  return [...best.values()]
}

/**
 * Bills of materials only add: an OS package where there is no database of its kind (which knows about upgrades), any other
 * one where nothing else found that version of it. A package that several of them name is there once.
 */
function withoutRepeated(candidates: readonly Candidate[]): readonly Candidate[] {
  const isBilled = ({ installed }: Candidate) => installed.cataloger === sbomInImage.name
  const found = candidates.filter((candidate) => !isBilled(candidate))
  if (found.length === candidates.length) return candidates
  const known = new Set(found.map(({ installed }) => baseOf(installed)))
  const systems = new Set(found.map(({ installed }) => installed.type).filter(isSystemType))
  const added = candidates.filter((candidate) => {
    const { type } = candidate.installed
    if (!isBilled(candidate) || (isSystemType(type) && systems.has(type))) return false
    const base = baseOf(candidate.installed)
    return !known.has(base) && known.add(base)
  })
  return [...found, ...added]
}

/** Type, name and version of a purl. */
const baseOf = ({ purl }: InstalledPackage) => purl.replace(/[?#].*$/, '')

const directoryOf = (path: string) => path.slice(0, path.length - basenameOf(path).length)

/** A root has one set of OS packages, whatever number of databases; two lock files of one directory describe one tree. */
function placeOf({ installed: { type, name, version, arch, path }, evidence, within }: Candidate): string {
  const place = isSystemType(type) ? rootOf(path) : evidence === 'lockfile' ? directoryOf(path) : path
  return [type, place, name, version, arch ?? '', within ?? ''].join('\n')
}

const modules = 'node_modules/'

/** The installed tree that a package is part of: all `node_modules` on the way to it, or Composer's list. */
function treeOf({ installed: { type, path }, evidence }: Candidate): readonly string[] {
  if (evidence !== 'installed') return []
  if (type === 'composer' && path.endsWith(installedJson)) return [path]
  if (type !== 'npm') return []
  const trees: string[] = []
  for (let at = path.indexOf(modules); at >= 0; at = path.indexOf(modules, at + 1)) {
    trees.push(path.slice(0, at + modules.length))
  }
  return trees
}

const installedJson = 'vendor/composer/installed.json'

/**
 * Where a gem or a Python environment of a lock file lies cannot be known, so those are kept. A lock file that came with a
 * package is about how that package was developed.
 */
function isSuperseded({ type, path }: InstalledPackage, trees: ReadonlySet<string>): boolean {
  const directory = directoryOf(path)
  if (type === 'composer') return trees.has(directory + installedJson)
  if (type !== 'npm') return false
  const inTree = directory.lastIndexOf(modules)
  return trees.has(directory + modules) || (inTree >= 0 && trees.has(directory.slice(0, inTree + modules.length)))
}
