import { createHash } from 'node:crypto'
import { ZipError, zipEntries, type ZipEntry } from '../zip/zip.ts'
import type { Cataloger, EvidenceFile } from './cataloger.ts'
import { firstNotes } from './evidence-text.ts'
import { identityBesides } from './java-identity.ts'
import { manifestOf, type Manifest } from './java-manifest.ts'
import { coordinatesInPom, coordinatesInProperties, type Coordinates } from './java-pom.ts'
import type { PackageFact } from './package.ts'

/**
 * Java archives, and the archives in them: every `pom.properties` (or `pom.xml`) that Maven left inside, those of shaded
 * libraries too; where none is the archive's own, what its manifest and its name say. Also the `pom.properties` of an
 * archive that was unpacked.
 */
export const javaArchive: Cataloger = {
  name: 'java-archive',
  version: 1,
  maxBytes: 512 * 2 ** 20, // Spark's and Flink's distributions in one jar have 200 to 400 MB
  wants: (path, basename) => isArchive(basename) || (basename === 'pom.properties' && ownPom.test(path)),
  *read(file, note) {
    if (file.path.endsWith('/pom.properties')) {
      const pom = file.bytes.length <= maxPropertiesBytes ? coordinatesInProperties(file.bytes.toString()) : undefined
      if (pom) yield { kind: 'package', type: 'maven', ...nameOf(pom) }
      return
    }
    const allowance = {
      archives: maxArchives,
      entries: maxEntries,
      poms: maxPoms,
      bytes: floorBytes + ratio * file.bytes.length,
    }
    yield* readArchive({ ...file, within: [] }, { allowance, note: firstNotes(note) })
  },
}

/** rar is a resource adapter here; a file that is something else by that name is passed over. */
const extension = /\.(?:jar|war|ear|par|sar|nar|jpi|hpi|kar|far|lpkg|rar|jmod)$/i

/** Called for every file of an image: most names end otherwise, and are not looked at twice. */
function isArchive(basename: string): boolean {
  const last = basename.charCodeAt(basename.length - 1) | 0x20
  return (last === 0x72 || last === 0x69 || last === 0x67 || last === 0x64) && extension.test(basename)
}

/** At the root, or where a web or Spring Boot application has its classes; elsewhere it is a test's or a template's. */
const ownPom = /(?:^|\/)META-INF\/maven\/[^/]+\/[^/]+\/pom\.(?:properties|xml)$/
const ownFolder = /^(?:(?:WEB-INF|BOOT-INF)\/classes\/)?META-INF\/(?:MANIFEST\.MF$|maven\/)/i

/** What one file may cost, all archives in it together. */
interface Allowance {
  archives: number
  entries: number
  poms: number
  /** Of entries that were read, inflated. */
  bytes: number
}

/** The largest real ones: an application server with 2,000 jars, a fat jar with 400,000 classes. */
const maxArchives = 20_000
const maxEntries = 2_000_000
/** Spark has 300 in one jar. Inflating one takes 50 µs and 10 kB until the next collection. */
const maxPoms = 10_000
/** Archives in archives hardly shrink, but a byte is read once at each depth; manifests of signed jars shrink 15 times. */
const ratio = 16
const floorBytes = 2 ** 20
/** jar in war in ear in lpkg is four. */
const maxDepth = 8
/** Kept with every package; the longest real ones have 200 characters. */
const maxPlaceLength = 1024
/** Maven writes 100 bytes; a manifest with the digests of 40,000 classes has 6 MB. */
const maxPropertiesBytes = 64 * 1024
const maxPomBytes = 2 ** 20
const maxManifestBytes = 16 * 2 ** 20

interface ArchiveFile extends EvidenceFile {
  /** Names of the archives around it, without the outermost. */
  readonly within: readonly string[]
}

interface Task {
  readonly allowance: Allowance
  readonly note: (problem: string) => void
}

function* readArchive(file: ArchiveFile, task: Task): Generator<PackageFact> {
  const say = (problem: string) => task.note(file.within.length > 0 ? `${placeOf(file.within)}: ${problem}` : problem)
  const entries = entriesOf(file, task.allowance, say)
  if (!entries) return
  const poms = pomsIn(entries, task.allowance, say)
  const manifest = manifestIn(entries, task.allowance, say)
  const within = file.within.length > 0 ? { within: placeOf(file.within) } : undefined
  for (const pom of poms) {
    yield { kind: 'package', type: 'maven', ...nameOf(pom), evidence: 'archive', ...within }
  }
  yield* withoutPom(file, { poms, manifest, entries })
  for (const entry of entries.archives) yield* readInner(entry, file, task, say)
}

/** What an archive holds that is of interest, in its order. */
interface Entries {
  readonly poms: readonly ZipEntry[]
  readonly manifest: ZipEntry | undefined
  readonly archives: readonly ZipEntry[]
  readonly hasClasses: boolean
}

function entriesOf({ path, bytes }: EvidenceFile, allowance: Allowance, say: Task['note']): Entries | undefined {
  if (!isZip(bytes)) {
    if (/\.[jwe]ar$/i.test(path)) say('it is not a zip archive')
    return undefined
  }
  const poms: ZipEntry[] = []
  const archives: ZipEntry[] = []
  let manifest: ZipEntry | undefined
  let hasClasses = false
  try {
    for (const entry of zipEntries(bytes, allowance.entries)) {
      allowance.entries--
      const { name } = entry
      if (name.endsWith('.class')) hasClasses = true
      else if (ownFolder.test(name)) {
        if (ownPom.test(name)) poms.push(entry)
        else if (name.endsWith('.MF')) manifest ??= entry
      } else if (isArchive(name)) archives.push(entry)
    }
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    say(error.message)
  }
  return { poms, manifest, archives, hasClasses }
}

/** At its start, or behind a script that starts it or the four bytes of a jmod: then its end is looked at. */
function isZip(bytes: Buffer): boolean {
  return (
    bytes.toString('latin1', 0, 4) === 'PK\u0003\u0004' || bytes.subarray(-longestEnd).includes(endMark, 0, 'latin1')
  )
}

/** The record at the end of a zip archive, and the comment that may follow it. */
const endMark = 'PK\u0005\u0006'
const longestEnd = 22 + 0xffff

/** The content, undefined and said why where it cannot be had. */
function contentOf(entry: ZipEntry, maxBytes: number, allowance: Allowance, say: Task['note']): Buffer | undefined {
  if (allowance.bytes <= 0) {
    say(tooMuch)
    return undefined
  }
  try {
    const bytes = entry.read(Math.min(maxBytes, allowance.bytes))
    allowance.bytes -= bytes.length
    return bytes
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    // What it took to find out is not known exactly, but it was no more than was allowed.
    allowance.bytes -= Math.min(maxBytes, allowance.bytes, entry.compressedSize * maxDeflateRatio)
    say(error.message)
    return undefined
  }
}

const tooMuch = 'it holds more than is read of one file'

/** Deflate cannot shrink more. */
const maxDeflateRatio = 1032

/** One for each folder: the properties, which are filled in, before the pom, which may not be. */
function pomsIn({ poms }: Entries, allowance: Allowance, say: Task['note']): readonly Coordinates[] {
  const folders = Map.groupBy(poms, ({ name }) => name.slice(0, name.lastIndexOf('/')))
  const found = new Map<string, Coordinates>()
  for (const files of folders.values()) {
    for (const entry of files.toSorted((a, b) => b.name.length - a.name.length)) {
      if (--allowance.poms < 0) {
        say(tooMuch)
        return [...found.values()]
      }
      const isXml = entry.name.endsWith('.xml')
      const bytes = contentOf(entry, isXml ? maxPomBytes : maxPropertiesBytes, allowance, say)
      const text = bytes?.toString() ?? ''
      const pom = isXml ? coordinatesInPom(text) : coordinatesInProperties(text)
      if (!pom) continue
      found.set(`${pom.group}:${pom.artifact}:${pom.version}`, pom)
      break
    }
  }
  return [...found.values()]
}

function manifestIn({ manifest }: Entries, allowance: Allowance, say: Task['note']): Manifest {
  const bytes = manifest && contentOf(manifest, maxManifestBytes, allowance, say)
  return bytes ? manifestOf(bytes.toString()) : new Map()
}

interface Contents {
  readonly poms: readonly Coordinates[]
  readonly manifest: Manifest
  readonly entries: Entries
}

/**
 * The archive by its manifest and name, with its SHA-1 to look it up by. One that tells no version is a package only if
 * there is nothing else in it that does: advisories that name it then cannot be decided, and that is said.
 */
function* withoutPom(
  { path, bytes, within }: ArchiveFile,
  { poms, manifest, entries }: Contents,
): Generator<PackageFact> {
  const inner = within.at(-1) ?? path
  const guess = identityBesides({ path, basename: inner.slice(inner.lastIndexOf('/') + 1), poms, manifest })
  if (!guess) return
  const tellsNothing = poms.length === 0 && entries.archives.length === 0 && entries.hasClasses
  if (guess.version === '' && (!tellsNothing || inner.endsWith('.jmod'))) return
  yield {
    kind: 'package',
    type: 'maven',
    ...nameOf(guess),
    evidence: guess.version === '' ? 'name' : guess.evidence,
    ...(within.length > 0 ? { within: placeOf(within) } : undefined),
    sha1: createHash('sha1').update(bytes).digest('hex'),
  }
}

function* readInner(entry: ZipEntry, outer: ArchiveFile, task: Task, say: Task['note']): Generator<PackageFact> {
  const within = [...outer.within, entry.name]
  const { allowance } = task
  if (within.length > maxDepth) return say(`archives in it are not read: they lie more than ${maxDepth} deep`)
  if (placeOf(within).length > maxPlaceLength) return say('an archive in it has too long a name to be read')
  if (--allowance.archives < 0) return say(tooMuch)
  const bytes = contentOf(entry, Infinity, allowance, say)
  if (bytes) yield* readArchive({ path: outer.path, bytes, within }, task)
}

/** As Java writes it in URLs. Names in an archive are anybody's, and end on terminals: what moves a cursor is replaced. */
const placeOf = (within: readonly string[]) =>
  within
    .join('!/')
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\ufffd')

const nameOf = ({ group, artifact, version }: Coordinates) => ({ name: `${group}:${artifact}`, version })
