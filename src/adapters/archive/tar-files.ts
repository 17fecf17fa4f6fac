import { open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { posix } from 'node:path'
import { blockSize, parseHeader, TarError } from '../../core/layer/tar-header.ts'
import { parsePax } from '../../core/layer/tar-pax.ts'
import { TallymanError } from '../../errors.ts'
import type { Files } from './files.ts'
import { readAheadBytes } from './files.ts'

interface Place {
  readonly offset: number
  readonly size: number
}

interface Index {
  readonly files: ReadonlyMap<string, Place>
  /** Older versions of docker save a layer that two images share once, and link to it. */
  readonly links: ReadonlyMap<string, string>
}

/** A saved image has a few files a layer; an archive of more entries than this is something else. */
const maxEntries = 100_000
const maxHeaderBytes = 1024 * 1024
const maxLinks = 8

/** Finds every file of a tar archive without reading their contents. MANIFEST_UNKNOWN, MANIFEST_INVALID. */
export async function tarFiles(file: string): Promise<Files> {
  const handle = await open(file).catch((cause: unknown) => {
    throw new TallymanError('MANIFEST_UNKNOWN', `cannot open ${file}: ${(cause as Error).message}`, {}, { cause })
  })
  const { files, links } = await indexArchive(handle, file)
  const find = (path: string) => {
    let name = path
    for (let hop = 0; hop < maxLinks && links.has(name); hop += 1) name = links.get(name) ?? name
    return files.get(name)
  }
  return {
    name: file,
    size: (path) => Promise.resolve(find(path)?.size),
    async *read(path, signal) {
      const place = find(path)
      if (!place || place.size === 0) return
      const { offset, size } = place
      const range = { start: offset, end: offset + size - 1, highWaterMark: readAheadBytes }
      yield* handle.createReadStream({ ...range, autoClose: false, signal })
    },
    close: () => handle.close(),
  }
}

async function indexArchive(handle: FileHandle, file: string): Promise<Index> {
  try {
    return await walk(handle, file)
  } catch (error) {
    await handle.close()
    throw error instanceof TarError ? notAnArchive(file, error.message) : error
  }
}

async function walk(handle: FileHandle, file: string): Promise<Index> {
  const { size: fileSize } = await handle.stat()
  const files = new Map<string, Place>()
  const links = new Map<string, string>()
  let next: { path?: string; link?: string; size?: number } = {}
  let offset = 0
  if (fileSize >= 4) refuseCompressed(await bytesAt(handle, 0, 4), file)
  for (let entries = 0; offset + blockSize <= fileSize; entries += 1) {
    if (entries > maxEntries) throw notAnArchive(file, `has more than ${maxEntries} entries`)
    const block = await bytesAt(handle, offset, blockSize)
    const header = parseHeader(block, 0)
    if (!header) break
    const size = next.size ?? header.size
    const body = offset + blockSize
    if (body + size > fileSize) throw notAnArchive(file, 'ends in the middle of a file')
    offset = body + Math.ceil(size / blockSize) * blockSize
    if (header.type === 'x' || header.type === 'L' || header.type === 'K') {
      if (size > maxHeaderBytes) throw notAnArchive(file, 'has a header that is too large')
      next = { ...next, ...namesIn(header.type, await bytesAt(handle, body, size)) }
      continue
    }
    const path = normal(next.path ?? header.name)
    if (isRegular(header.type)) files.set(path, { offset: body, size })
    if (header.type === '2') links.set(path, normal(posix.join(posix.dirname(path), next.link ?? header.link)))
    if (header.type === '1') links.set(path, normal(next.link ?? header.link))
    next = {}
  }
  if (files.size === 0) throw notAnArchive(file, 'has no files')
  return { files, links }
}

function namesIn(type: string, bytes: Buffer): { path?: string; link?: string; size?: number } {
  if (type === 'L') return { path: bytes.toString('utf8').replace(/\0.*$/s, '') }
  if (type === 'K') return { link: bytes.toString('utf8').replace(/\0.*$/s, '') }
  const { path, linkpath, size } = parsePax(bytes)
  return {
    ...(path !== undefined && { path }),
    ...(linkpath !== undefined && { link: linkpath }),
    ...(size !== undefined && { size }),
  }
}

async function bytesAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, position)
  if (bytesRead < length) throw new TarError('ends early')
  return buffer
}

function refuseCompressed(head: Buffer, file: string): void {
  const isGzip = head[0] === 0x1f && head[1] === 0x8b
  const isZstd = head.readUInt32LE(0) === 0xfd2fb528
  if (isGzip || isZstd)
    throw notAnArchive(file, `is compressed; unpack it first: ${isGzip ? 'gunzip' : 'zstd -d'} ${file}`)
}

function isRegular(type: string): boolean {
  return type === '0' || type === '\0' || type === '7'
}

function normal(path: string): string {
  return posix.normalize(path).replace(/^(?:\.?\/)+/, '')
}

function notAnArchive(file: string, problem: string): TallymanError {
  return new TallymanError('MANIFEST_INVALID', `${file} cannot be read as a saved image: the archive ${problem}`)
}
