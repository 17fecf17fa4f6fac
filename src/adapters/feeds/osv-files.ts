import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { readFile, readdir, stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { MAX_RECORD_BYTES } from '../../core/match/osv.ts'
import { TallymanError } from '../../errors.ts'
import { verifyFile } from './checksum.ts'
import type { FeedRecord, UnreadableRecord } from './feed.ts'
import { ARCHIVE_NAME, MAX_ARCHIVE_BYTES, archiveRecords, isWanted, tooLong, type FeedPart } from './osv-part.ts'

/** Folders of folders that a feed's repository may have; deeper lies a loop of links. */
const MAX_DEPTH = 8

/** The parts of a folder or an archive file. FEED_UNAVAILABLE if it is not there, FEED_INVALID if no part is in it. */
export async function fileParts(location: string, ecosystems: readonly string[]): Promise<FeedPart[]> {
  const found = await statOf(location)
  if (!found.isDirectory()) return [archivePart(location, '', found, ecosystems)]
  const parts = await folderParts(location, '', ecosystems, 0)
  if (parts.length > 0) return parts
  throw new TallymanError(
    'FEED_INVALID',
    `${location} has no advisories${ecosystems.length > 0 ? ` for ${ecosystems.join(', ')}` : ''}: expected <ECOSYSTEM>/${ARCHIVE_NAME} or .json files`,
  )
}

/**
 * A folder that holds an archive is that archive, in which its files are again; the root's archive holds all ecosystems and
 * counts only where they do not lie beside it.
 */
async function folderParts(
  root: string,
  folder: string,
  ecosystems: readonly string[],
  depth: number,
): Promise<FeedPart[]> {
  if (depth > MAX_DEPTH) return []
  const here = join(root, folder)
  const names = (await readdir(here)).filter((name) => !name.startsWith('.')).sort()
  const found = await Promise.all(names.map(async (name) => ({ name, stats: await statOf(join(here, name)) })))

  const archive = found.find(({ name, stats }) => name === ARCHIVE_NAME && stats.isFile())
  const archived = archive ? [archivePart(join(here, ARCHIVE_NAME), folder, archive.stats, [])] : []
  if (archive && folder !== '') return archived

  const below: FeedPart[] = []
  for (const { name, stats } of found) {
    if (!stats.isDirectory() || (depth === 0 && !isWanted(ecosystems, name))) continue
    below.push(...(await folderParts(root, posix.join(folder, name), ecosystems, depth + 1)))
  }
  const files = found.filter(({ name, stats }) => name.endsWith('.json') && stats.isFile())
  const plain = files.length > 0 ? [plainPart(here, folder, files)] : []
  return below.length > 0 ? [...plain, ...below] : [...plain, ...archived]
}

interface File {
  readonly name: string
  readonly stats: Stats
}

function archivePart(path: string, folder: string, stats: Stats, ecosystems: readonly string[]): FeedPart {
  return {
    folder,
    tag: `${tagOf(stats)} ${ecosystems.join()}`.trim(),
    changed: stats.mtime.toISOString(),
    async *records(signal) {
      if (stats.size > MAX_ARCHIVE_BYTES) {
        throw new TallymanError('FEED_INVALID', `${path} has ${stats.size} bytes, more than ${MAX_ARCHIVE_BYTES}`)
      }
      const archive = await readFile(path, { signal })
      await verifyFile(path, archive)
      yield* archiveRecords(archive, folder, ecosystems, signal)
    },
  }
}

function plainPart(here: string, folder: string, files: readonly File[]): FeedPart {
  const tag = createHash('sha256')
  for (const { name, stats } of files) tag.update(`${name} ${tagOf(stats)}\n`)
  return {
    folder,
    tag: tag.digest('hex'),
    changed: new Date(Math.max(...files.map(({ stats }) => stats.mtimeMs))).toISOString(),
    async *records(signal) {
      for (const { name, stats } of files) yield await fileRecord(here, posix.join(folder, name), name, stats, signal)
    },
  }
}

async function fileRecord(
  here: string,
  path: string,
  name: string,
  { size }: Stats,
  signal: AbortSignal,
): Promise<FeedRecord | UnreadableRecord> {
  if (size > MAX_RECORD_BYTES) return tooLong(path, size)
  try {
    return { path, bytes: await readFile(join(here, name), { signal }) }
  } catch (error) {
    signal.throwIfAborted()
    throw unavailable(join(here, name), error)
  }
}

/** Size and times alone would take one state for another where both were unpacked in one second: the inode tells. */
const tagOf = ({ ino, size, mtimeMs, ctimeMs }: Stats): string => `${ino}-${size}-${mtimeMs}-${ctimeMs}`

async function statOf(path: string): Promise<Stats> {
  try {
    return await stat(path)
  } catch (error) {
    throw unavailable(path, error)
  }
}

function unavailable(path: string, cause: unknown): TallymanError {
  const { code = 'error' } = cause as { code?: string }
  return new TallymanError('FEED_UNAVAILABLE', `the feed cannot be read at ${path}: ${code}`, {}, { cause })
}
