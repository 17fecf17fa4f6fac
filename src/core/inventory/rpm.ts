import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken, licenseList, linesOf, vendorText } from './evidence-text.ts'
import { ownershipOf } from './owned-paths.ts'
import type { OwnershipFact, PackageFact, SourcePackage } from './package.ts'
import { headersOfBerkeley, isBerkeleyHash } from './rpm-bdb.ts'
import { readRpmHeader, rpmFiles, type RpmHeader } from './rpm-header.ts'
import { headersOfNdb, isNdb } from './rpm-ndb.ts'
import { headersOfSqlite } from './rpm-sqlite.ts'

/**
 * The database of rpm in its three formats, told apart by content: SQLite (Fedora 33, EL 9 and later), NDB (SUSE),
 * Berkeley DB (EL up to 8, Amazon Linux 2); and the package list that distroless Azure Linux images have instead.
 */
export const rpm: Cataloger = {
  name: 'rpm',
  version: 2,
  maxBytes: 256 * 2 ** 20, // 500 packages have 30 MB, a full workstation 200 MB
  wants: (path, basename) => {
    if (!basenames.has(basename)) return false
    const directory = path.slice(0, -basename.length - 1)
    return places.some((place) => directory === place || directory.endsWith(`/${place}`))
  },
  *read({ path, bytes }, note) {
    if (bytes.length === 0) return // rpm makes an empty file before it fills it
    const say = firstNotes(note)
    if (path.endsWith('-wal')) {
      if (bytes.length > walHeaderSize) say('it holds changes of the package database that are not read')
    } else if (path.endsWith(manifestName)) {
      yield* packagesOfManifest(bytes.toString(), say)
    } else {
      yield* packagesOf(headersOf(bytes, say), say)
    }
  },
}

const manifestName = 'container-manifest-2'
const basenames = new Set(['rpmdb.sqlite', 'rpmdb.sqlite-wal', 'Packages', 'Packages.db', manifestName])
const places = ['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm', 'var/lib/rpmmanifest']

/** A write-ahead log without any change in it (sqlite.org/fileformat2, section 4). */
const walHeaderSize = 32

function headersOf(bytes: Buffer, note: (problem: string) => void): Iterable<Buffer> {
  if (bytes.toString('latin1', 0, 16) === 'SQLite format 3\0') return headersOfSqlite(bytes, note)
  if (isNdb(bytes)) return headersOfNdb(bytes, note)
  if (isBerkeleyHash(bytes)) return headersOfBerkeley(bytes, note)
  note('it is no package database that is known here')
  return []
}

function* packagesOf(
  headers: Iterable<Buffer>,
  note: (problem: string) => void,
): Generator<PackageFact | OwnershipFact> {
  let number = 0
  for (const blob of headers) {
    number++
    const header = readRpmHeader(blob)
    const fact = typeof header === 'string' ? header : factOf(header)
    if (typeof fact === 'string') {
      note(`package ${number}: ${fact}`)
    } else if (fact.name !== 'gpg-pubkey') {
      // which is a trusted key in the form of a package
      yield fact
      const owned = ownershipOf('rpm', fact.name, fact.arch, rpmFiles(blob))
      if (owned) yield owned
    }
  }
}

function factOf({ arch, epoch, license, module, vendor, ...header }: RpmHeader): PackageFact | string {
  const version = `${epoch === null ? '' : `${epoch}:`}${header.version}-${header.release}`
  if (!isToken(header.name) || !isToken(version)) return 'its name or version is not a word'
  return {
    kind: 'package',
    type: 'rpm',
    name: header.name,
    version,
    source: sourceOf(header.sourceRpm, epoch) ?? { name: header.name, version },
    ...(isToken(arch) && { arch }),
    ...licenseList(license),
    ...(isToken(module) && { module }),
    ...vendorText(vendor),
  }
}

/**
 * `bash-5.1.8-9.el9.src.rpm`, split at its last two dashes. File names have no epoch; the binary package's is taken, which
 * is the source's own unless the package was given another.
 */
function sourceOf(sourceRpm: string | null, epoch: number | null): SourcePackage | undefined {
  const { name, version } =
    /^(?<name>\S+)-(?<version>[^\s-]+-[^\s-]+)\.(?:nosrc|src)\.rpm$/.exec(sourceRpm ?? '')?.groups ?? {}
  if (!isToken(name) || !isToken(version)) return undefined
  return { name, version: epoch === null ? version : `${epoch}:${version}` }
}

/** Ten columns with tabs between: name, version-release, two times, vendor, `(none)`, size, arch, epoch, source rpm. */
function* packagesOfManifest(text: string, note: (problem: string) => void): Generator<PackageFact> {
  let number = 0
  for (const line of linesOf(text)) {
    number++
    if (line === '') continue
    const [name = '', evr = '', , , vendor = '', , , arch = '', epoch = '', sourceRpm = ''] = line.split('\t', 10)
    const dash = evr.lastIndexOf('-')
    const header = {
      name,
      version: evr.slice(0, dash),
      release: evr.slice(dash + 1),
      epoch: /^[1-9]\d{0,9}$/.test(epoch) ? Number(epoch) : null,
      arch,
      sourceRpm,
      license: null,
      module: null,
      vendor,
    }
    const fact = dash > 0 ? factOf(header) : 'it has no version and release'
    if (typeof fact === 'string') note(`line ${number}: ${fact}`)
    else yield fact
  }
}
