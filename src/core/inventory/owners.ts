import type { SurvivingReading } from '../layer/overlay-tree.ts'
import { basenameOf } from '../layer/path.ts'
import { isSystemType } from './distro.ts'
import { rootOf } from './os-root.ts'
import type { Evidence, InstalledPackage, OwnershipFact } from './package.ts'

/** A package with what decides whether another one's owner speaks for it. */
export interface Candidate {
  readonly installed: InstalledPackage
  readonly evidence: Evidence
  /** Where inside the evidence file. */
  readonly within?: string | undefined
  /** OS packages: whether the distribution made it, as far as its maintainer or vendor says so. */
  readonly isOfDistribution?: boolean | undefined
}

/**
 * The package that owns each candidate's evidence file and speaks for it, by candidate; those without one are left out.
 * `entryOf` leads a path through the links in its directories: a list says `/lib/x` where the file is `usr/lib/x`.
 */
export function ownersOf(
  candidates: readonly Candidate[],
  readings: readonly SurvivingReading[],
  entryOf: (path: string) => string,
): ReadonlyMap<Candidate, InstalledPackage> {
  const ownable = candidates.filter(({ installed }) => !isSystemType(installed.type))
  const owners = new Map<Candidate, InstalledPackage>()
  if (ownable.length === 0) return owners
  const claims = claimsTo(new Set(ownable.map(({ installed }) => installed.path)), readings, entryOf)
  const packages = Map.groupBy(
    candidates.map(({ installed }) => installed),
    ({ type, name, path }) => keyOf(type, name, isSystemType(type) ? rootOf(path) : ''),
  )
  const claimed = ownable.flatMap((candidate) =>
    (claims.get(candidate.installed.path) ?? [])
      .flatMap(({ fact, root }) =>
        (packages.get(keyOf(fact.type, fact.name, root)) ?? []).filter(
          ({ arch }) => fact.arch === undefined || arch === fact.arch,
        ),
      )
      .map((owner) => ({ owner, candidate })),
  )
  const intact = new Set(claimed.filter(agree).map(treeOf))
  const patched = new Set(candidates.filter(isPatched).map(({ installed }) => installed))
  const programs = mainModulesOf(ownable)
  for (const claim of claimed) {
    if (owners.has(claim.candidate)) continue
    const isSpokenFor = () => patched.has(claim.owner) && speaksFor(claim, intact) && !isOtherProgram(claim, programs)
    if (isPattern(claim.candidate) ? saysAgain(claim) : isSpokenFor()) {
      owners.set(claim.candidate, claim.owner)
    }
  }
  return owners
}

interface Ownership {
  readonly owner: InstalledPackage
  readonly candidate: Candidate
}

const agree = ({ owner, candidate }: Ownership) => versionsAgree(owner, candidate.installed)
const treeOf = ({ owner, candidate }: Ownership) => `${candidate.installed.type}\n${owner.purl}`

interface Claim {
  readonly fact: OwnershipFact
  readonly root: string
}

const keyOf = (type: string, name: string, root: string) => `${type}\n${name}\n${root}`

/**
 * Who says that these files are his, by file. An image has 100,000 owned paths and a few hundred files that somebody asks
 * for, so only paths with the last part of one of these are led through links.
 */
function claimsTo(
  files: ReadonlySet<string>,
  readings: readonly SurvivingReading[],
  entryOf: (path: string) => string,
): ReadonlyMap<string, readonly Claim[]> {
  const basenames = new Set([...files].map(basenameOf))
  const claims = new Map<string, Claim[]>()
  const add = (file: string, claim: Claim) => claims.set(file, [...(claims.get(file) ?? []), claim])
  for (const { path: source, facts } of readings) {
    for (const fact of facts) {
      if (fact.kind !== 'ownership') continue
      const claim = { fact, root: isSystemType(fact.type) ? rootOf(source) : '' }
      for (const path of fact.paths.split('\n')) {
        if (path.endsWith('/')) for (const file of files) if (file.startsWith(path)) add(file, claim)
        if (!basenames.has(basenameOf(path))) continue
        const file = entryOf(claim.root + path)
        if (files.has(file)) add(file, claim)
      }
    }
  }
  return claims
}

/**
 * Feeds that list what is not fixed yet as well: where one of them is silent about a package, it is not affected.
 * Others, Amazon's for one, only announce fixes.
 */
const comprehensive: ReadonlySet<string> = new Set([
  'Debian',
  'Ubuntu',
  'Red Hat',
  'AlmaLinux',
  'Rocky Linux',
  'SUSE',
  'openSUSE',
  'Azure Linux',
  'Alpine',
  'Wolfi',
  'Chainguard',
])

const isPattern = ({ installed }: Candidate) => installed.type === 'generic'

/** Whether the distribution made a package, and its feed speaks of what lies in it. */
const isPatched = ({ installed: { ecosystem }, isOfDistribution = false }: Candidate) =>
  isOfDistribution && comprehensive.has(ecosystem?.split(':', 1)[0] ?? '')

/** A version string in a file is the owner's, whoever made that, unless a later layer replaced the file by another version. */
const saysAgain = (claim: Ownership) => claim.candidate.installed.layer <= claim.owner.layer || agree(claim)

/**
 * Whether what is known of an owner that the distribution patches holds for a language package: the file must still be the
 * distribution's, neither replaced by a later layer nor by `pip install -U` or `npm -g` in the same one.
 */
function speaksFor(claim: Ownership, intact: ReadonlySet<string>): boolean {
  const { owner, candidate } = claim
  if (agree(claim)) return true
  return candidate.installed.layer <= owner.layer && (isPart(candidate) || intact.has(treeOf(claim)))
}

/**
 * The main module of each Go program, by its path: the linker writes it before what it depends on. A program that was built
 * without one has its first dependency here, which seldom agrees with an owner: that hides nothing.
 */
function mainModulesOf(candidates: readonly Candidate[]): ReadonlyMap<string, InstalledPackage> {
  const mains = new Map<string, InstalledPackage>()
  for (const { installed, evidence } of candidates) {
    const { type, name, path } = installed
    if (type !== 'golang' || evidence !== 'embedded' || name === 'stdlib' || name === 'toolchain') continue
    if (!mains.has(path)) mains.set(path, installed)
  }
  return mains
}

/**
 * Whether a Go program says that it is of another release than its owner: something was put over it in the layer that
 * installed the owner. Distributions mostly build without versions (`(devel)`, which has no ecosystem), and that says nothing.
 */
function isOtherProgram({ owner, candidate }: Ownership, mains: ReadonlyMap<string, InstalledPackage>): boolean {
  const { type, path } = candidate.installed
  const main = type === 'golang' ? mains.get(path) : undefined
  return main !== undefined && main.ecosystem !== null && !versionsAgree(owner, main)
}

/**
 * Many have versions of their own: what lies inside a binary or an archive, Ruby's default gems, the modules that npm brings.
 * Where the version is in the path, it is what the owner listed; else the others of its kind tell (`intact`), since
 * upgrading npm over a distribution's changes npm's own version first.
 */
function isPart({ installed: { path, version }, evidence }: Candidate): boolean {
  return evidence === 'embedded' || evidence === 'archive' || evidence === 'name' || hasVersion(path, version)
}

/** `lamp-1.dist-info`, `gems/lamp-1-java/…`, not `lamp-1x`, `lamp-1.2.gemspec` or `lamp-1.rc2.gemspec` for version 1. */
function hasVersion(path: string, version: string): boolean {
  const sought = `-${version}`
  for (let at = path.indexOf(sought); at >= 0; at = path.indexOf(sought, at + 1)) {
    if (endsVersion.test(path.slice(at + sought.length))) return true
  }
  return false
}

/** The end of a file's or directory's name, its extension, or a platform; a number after a hyphen is a revision. */
const endsVersion = /^(?:$|\/|\.[a-z][a-z-]*(?:$|\/)|-(?!\d+(?:$|[./-])))/

/** A distribution's `1:2.28.1+dfsg-1` is upstream's 2.28.1; what one of them calls 2.28 the other may call 2.28.0. */
function versionsAgree(owner: InstalledPackage, { version }: InstalledPackage): boolean {
  const upstream = comparable(owner.version.replace(/^\d+:/, '').replace(/-[^-]*$/, ''))
  const own = comparable(version.replace(/^\d+!/, ''))
  return begins(upstream, own) || begins(own, upstream)
}

/** Debian writes `1.0~rc1` and `1.0~b2` for what is 1.0rc1, 1.0-rc.1 or 1.0b2 upstream. */
const comparable = (version: string) =>
  version
    .toLowerCase()
    .replace(/^v(?=\d)/, '')
    .replaceAll(/[~_-]|(?<=[a-z])\.|\.(?=[a-z])/g, '')

/** Whether a version begins with another: 1.2.3 with 1.2, not 1.23 with 1.2. */
const begins = (version: string, start: string) =>
  start !== '' && version.startsWith(start) && !(/\d$/.test(start) && /^\d/.test(version.slice(start.length)))
