import type { Distro, DistroFact, PackageType } from './package.ts'

/** A distribution as a root states it. */
export interface IdentifiedDistro {
  readonly distro: Distro
  /** Why the ecosystem is only nearly right, where that is so. */
  readonly approximation: string | null
  /** Of the file that said so: what files of a higher rank say does not matter. */
  readonly rank: number
}

/**
 * From most to least telling; os-release(5) puts etc/ before usr/lib/. lsb-release comes before debian_version, which
 * Ubuntu has too.
 */
const precedence = [
  'etc/os-release',
  'usr/lib/os-release',
  'etc/system-release-cpe',
  'etc/redhat-release',
  'etc/centos-release',
  'etc/almalinux-release',
  'etc/rocky-release',
  'etc/oracle-release',
  'etc/fedora-release',
  'etc/alpine-release',
  'etc/lsb-release',
  'etc/debian_version',
]

/** The rank of a file that says what the distribution is, by its path below the root; less is better. */
export function distroRank(path: string): number {
  const rank = precedence.indexOf(path)
  return rank < 0 ? precedence.length : rank
}

/** Of what the files of one root say (path below it, fact), the best. */
export function chooseDistro(stated: readonly { path: string; fact: DistroFact }[]): IdentifiedDistro | null {
  const [best] = stated.toSorted((a, b) => distroRank(a.path) - distroRank(b.path))
  if (!best) return null
  const { ecosystem, approximation = null } = ecosystemOf(best.fact)
  const distro = { id: best.fact.id, version: best.fact.versionId, ecosystem }
  return { distro, approximation, rank: distroRank(best.path) }
}

/** Whether packages of this type are an operating system's, matched in the ecosystem of its distribution. */
export function isSystemType(type: PackageType): type is 'deb' | 'apk' | 'rpm' {
  return type === 'deb' || type === 'apk' || type === 'rpm'
}

/**
 * Whether packages of this type can be what the distribution's advisories are about: dpkg can be installed on Alpine, but
 * Alpine's advisories say nothing about its packages.
 */
export function isOwnType(type: PackageType, { ecosystem }: Distro): boolean {
  const own = ecosystem === null ? undefined : ownTypes.get(ecosystem.split(':', 1)[0] ?? '')
  return own === undefined || own === type
}

const ownTypes: ReadonlyMap<string, PackageType> = new Map<string, PackageType>([
  ['Debian', 'deb'],
  ['Ubuntu', 'deb'],
  ['Alpine', 'apk'],
  ['Wolfi', 'apk'],
  ['Chainguard', 'apk'],
  ['Alpaquita', 'apk'],
  ['BellSoft Hardened Containers', 'apk'],
  ['Red Hat', 'rpm'],
  ['AlmaLinux', 'rpm'],
  ['Rocky Linux', 'rpm'],
  ['openSUSE', 'rpm'],
  ['SUSE', 'rpm'],
  ['Mageia', 'rpm'],
  ['openEuler', 'rpm'],
  ['Photon OS', 'rpm'],
  ['Azure Linux', 'rpm'],
  ['MinimOS', 'apk'],
  ['CleanStart', 'apk'],
  ['Echo', 'deb'],
])

interface Ecosystem {
  readonly ecosystem: string | null
  readonly approximation?: string
}

/** The OSV ecosystem with release (https://ossf.github.io/osv-schema/#affectedpackage-field); null where OSV has none. */
function ecosystemOf(fact: DistroFact): Ecosystem {
  return ecosystems.get(fact.id)?.(fact) ?? { ecosystem: null }
}

const major = (version: string) => version.split('.', 1)[0] ?? ''
const named = (name: string) => () => ({ ecosystem: name })
const withVersion = (name: string) => (fact: DistroFact) => released(name, fact.versionId)
const withMajor = (name: string) => (fact: DistroFact) => released(name, major(fact.versionId))

/** Rolling or nameless releases have no suffix; then the whole ecosystem is not what any advisory means. */
function released(name: string, release: string): Ecosystem {
  return release === '' ? { ecosystem: null } : { ecosystem: `${name}:${release}` }
}

const ecosystems = new Map<string, (fact: DistroFact) => Ecosystem>([
  ['debian', debian],
  ['raspbian', raspbian],
  ['devuan', devuan],
  ['ubuntu', ubuntu],
  ['alpine', alpine],
  ['wolfi', named('Wolfi')],
  ['chainguard', named('Chainguard')],
  ['minimos', named('MinimOS')],
  ['cleanstart', named('CleanStart')],
  ['clnstrt', named('CleanStart')],
  ['echo', named('Echo')],
  ['alpaquita', withVersion('Alpaquita')],
  ['bellsoft-hardened-containers', withVersion('BellSoft Hardened Containers')],
  ['rhel', redHat],
  ['almalinux', withMajor('AlmaLinux')],
  ['rocky', withMajor('Rocky Linux')],
  ['opensuse-leap', (fact) => released('openSUSE', fact.versionId && `Leap ${fact.versionId}`)],
  ['opensuse-tumbleweed', named('openSUSE:Tumbleweed')],
  ['sles', suse],
  ['sled', suse],
  ['sle_hpc', suse],
  ['sle-micro', suse],
  ['sl-micro', suse],
  ['centos', centos],
  ['mageia', withMajor('Mageia')],
  ['openeuler', openEuler],
  ['photon', withVersion('Photon OS')],
  ['azurelinux', withMajor('Azure Linux')],
  ['mariner', withMajor('Azure Linux')],
])

const debianReleases: ReadonlyMap<string, string> = new Map([
  ['jessie', '8'],
  ['stretch', '9'],
  ['buster', '10'],
  ['bullseye', '11'],
  ['bookworm', '12'],
  ['trixie', '13'],
  ['forky', '14'],
  ['duke', '15'],
])

/** Testing and unstable have no number and name the coming release. */
function debian({ versionId, codename = '' }: DistroFact): Ecosystem {
  if (versionId !== '') return released('Debian', major(versionId))
  const coming = debianReleases.get(codename)
  if (coming === undefined) return { ecosystem: 'Debian', approximation: 'the release of Debian is not stated' }
  return {
    ecosystem: `Debian:${coming}`,
    approximation: `Debian ${codename} without a version is testing or unstable; it is matched as Debian ${coming}`,
  }
}

function raspbian(fact: DistroFact): Ecosystem {
  const { ecosystem } = debian(fact)
  return { ecosystem, approximation: `Raspbian has no advisories of its own; it is matched as ${ecosystem}` }
}

/** Devuan 3 was built from Debian 10, and one release each since. */
function devuan({ versionId }: DistroFact): Ecosystem {
  const release = Number(major(versionId))
  if (!Number.isInteger(release) || release < 1) return { ecosystem: null }
  const ecosystem = `Debian:${release + 7}`
  return { ecosystem, approximation: `Devuan has no advisories of its own; it is matched as ${ecosystem}` }
}

/** Releases of April in even years have long-term support; lsb-release does not always say so. */
function ubuntu({ versionId, version = '', prettyName = '' }: DistroFact): Ecosystem {
  const longTerm = /\bLTS\b/.test(`${version} ${prettyName}`) || /^\d?[02468]\.04(?:\.|$)/.test(versionId)
  const release = versionId.split('.', 2).join('.')
  return released('Ubuntu', release && (longTerm ? `${release}:LTS` : release))
}

/** Edge calls itself the coming branch, `3.23_alpha20251016`, which has no advisories before it is released. */
function alpine({ versionId }: DistroFact): Ecosystem {
  const { first, second, pre } = /^(?<first>\d+)\.(?<second>\d+)(?<pre>.*_alpha)?/.exec(versionId)?.groups ?? {}
  if (first === undefined || second === undefined) return { ecosystem: null }
  if (pre === undefined || second === '0') return { ecosystem: `Alpine:v${first}.${second}` }
  const ecosystem = `Alpine:v${first}.${Number(second) - 1}`
  return { ecosystem, approximation: `${versionId} is Alpine edge; it is matched as the branch before, ${ecosystem}` }
}

/** Red Hat's advisories name repositories by CPE; the image states only the base one. */
function redHat({ versionId, cpeName = '' }: DistroFact): Ecosystem {
  const stated = cpeName.split(':redhat:', 2)[1]
  const release = stated ?? (versionId && `enterprise_linux:${major(versionId)}::baseos`)
  const approximation = `packages of other repositories than ${release} are matched as its own`
  return release === '' ? { ecosystem: null } : { ecosystem: `Red Hat:${release}`, approximation }
}

/** Rebuilt from Red Hat's packages under the same versions; Stream is what becomes the next of its minor releases. */
function centos({ versionId, prettyName = '' }: DistroFact): Ecosystem {
  const release = major(versionId)
  if (release === '') return { ecosystem: null }
  const ecosystem = `Red Hat:enterprise_linux:${release}::${Number(release) < 8 ? 'server' : 'baseos'}`
  const name = /\bStream\b/.test(prettyName) || Number(release) > 8 ? 'CentOS Stream' : 'CentOS'
  return { ecosystem, approximation: `${name} has no advisories of its own; it is matched as ${ecosystem}` }
}

function suse({ prettyName = '' }: DistroFact): Ecosystem {
  return released('SUSE', prettyName.startsWith('SUSE ') ? prettyName.slice('SUSE '.length) : '')
}

/** `24.03 (LTS-SP1)` → `24.03-LTS-SP1` */
function openEuler({ versionId, version = '' }: DistroFact): Ecosystem {
  const support = /\((?<support>LTS[^)]*)\)/.exec(version)?.groups?.['support']
  return released('openEuler', versionId && (support === undefined ? versionId : `${versionId}-${support}`))
}
