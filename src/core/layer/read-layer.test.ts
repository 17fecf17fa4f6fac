import { randomBytes } from 'node:crypto'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Cataloger } from '../inventory/cataloger.ts'
import { catalogersKey, keyOfVersions, scanVersions } from './catalogers-key.ts'
import { layerLimits } from './limits.ts'
import { createLayerReading } from './read-layer.ts'
import { blobOf, evidenceCataloger, pax, readBytes, tar, tarEntry } from './test-archive.ts'

const archive = tar(
  { name: 'etc/', type: '5' },
  { name: 'etc/evidence', body: '1.0' },
  { name: 'etc/other', body: 'x' },
)

const reading = (path: string, version: string): unknown => ({
  path,
  cataloger: 'evidence',
  facts: [{ kind: 'package', type: 'deb', name: path, version }],
  notes: [],
})

test.each([
  ['gzip', gzipSync(archive)],
  ['zstd', zstdCompressSync(archive)],
  [
    'several zstd frames',
    Buffer.concat([zstdCompressSync(archive.subarray(0, 700)), zstdCompressSync(archive.subarray(700))]),
  ],
  ['no compression', archive],
])('reads a layer with %s, whatever its media type says', async (_, bytes) => {
  for (const step of [bytes.length, 100, 1]) {
    expect((await readBytes(bytes, { step })).facts).toEqual({
      blob: blobOf(bytes).digest,
      uncompressedSize: archive.length,
      entryCount: 3,
      whiteouts: [],
      opaques: [],
      symlinks: [],
      hardlinks: [],
      directories: 'etc',
      files: 'etc/evidence\netc/other',
      readings: [reading('etc/evidence', '1.0')],
      gaps: [],
    })
  }
})

test('an empty layer is one without entries', async () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(1024), gzipSync(Buffer.alloc(1024))]) {
    const { facts } = await readBytes(bytes)
    expect(facts).toMatchObject({ entryCount: 0, files: '', directories: '', gaps: [] })
  }
})

test('refuses bytes that have another digest, or another size', async () => {
  const bytes = gzipSync(archive)
  const blob = blobOf(bytes)
  const other = { ...blob, digest: blobOf(archive).digest }
  await expect(readBytes(bytes, { blob: other })).rejects.toThrow(
    expect.objectContaining({
      code: 'BLOB_CORRUPT',
      message: `blob ${other.digest} arrived with the digest ${blob.digest}`,
    }),
  )
  await expect(readBytes(bytes, { blob: { ...blob, size: blob.size - 1 } })).rejects.toThrow(
    `blob ${blob.digest} is longer than the ${blob.size - 1} bytes of its descriptor`,
  )
  await expect(readBytes(bytes.subarray(0, -1), { blob })).rejects.toThrow(
    `blob ${blob.digest} ended after ${blob.size - 1} of ${blob.size} bytes`,
  )
})

test('a layer that cannot be read is verified all the same', async () => {
  const xz = Buffer.concat([Buffer.from('fd377a585a00', 'hex'), randomBytes(2000)])
  expect((await readBytes(xz)).facts.gaps).toEqual([
    { status: 'skipped', reason: 'LAYER_UNREADABLE', detail: 'xz is not supported' },
  ])
  expect((await readBytes(Buffer.from('{}'))).facts.gaps).toEqual([
    { status: 'skipped', reason: 'LAYER_UNREADABLE', detail: 'neither gzip, zstd nor tar' },
  ])
  await expect(readBytes(xz, { blob: { ...blobOf(xz), digest: blobOf(archive).digest } })).rejects.toThrow(
    'arrived with',
  )
})

const incompressible = tar({ name: 'evidence', body: '1.0' }, { name: 'noise', body: randomBytes(2_000_000) })

test('keeps what came before the damage, and says that there is some', async () => {
  const bytes = gzipSync(incompressible)
  bytes[1_000_000]! ^= 0xff
  bytes.fill(0, 1_000_000, 1_000_500)
  const { facts } = await readBytes(bytes, { step: 10_000 })
  expect(facts.readings).toEqual([reading('evidence', '1.0')])
  expect(facts.gaps).toEqual([
    { status: 'partial', reason: 'LAYER_DAMAGED', detail: expect.stringMatching(/^its compressed data are corrupt: /) },
  ])
})

test.each([
  [
    'gzip stream',
    gzipSync(incompressible).subarray(0, 1_000_000),
    'its compressed data are cut off: unexpected end of file',
  ],
  [
    'zstd stream',
    zstdCompressSync(incompressible).subarray(0, 1_000_000),
    'its compressed data are cut off: unexpected end of file',
  ],
  ['archive', gzipSync(incompressible.subarray(0, 1_000_000)), 'the archive ends in the middle of an entry'],
  [
    'archive with a broken header',
    gzipSync(tar({ name: 'evidence', body: '1.0' }, Buffer.alloc(512, '7'))),
    'the archive has a header with a wrong checksum',
  ],
])('keeps what came before the end of a cut off %s', async (_, bytes, detail) => {
  const { facts } = await readBytes(bytes, { step: 10_000 })
  expect(facts.readings).toEqual([reading('evidence', '1.0')])
  expect(facts.gaps).toEqual([{ status: 'partial', reason: 'LAYER_DAMAGED', detail }])
})

test('does not look at what follows the end of the archive', async () => {
  const { facts } = await readBytes(gzipSync(Buffer.concat([archive, Buffer.from('garbage'), archive])))
  expect(facts).toMatchObject({ entryCount: 3, gaps: [] })
})

test('stops inflating a bomb at its ratio, and a large layer at its size', async () => {
  const bomb = gzipSync(tar({ name: 'evidence', body: '1.0' }, { name: 'zeros', body: Buffer.alloc(64_000_000) }), {
    level: 9,
  })
  const ratio = await readBytes(bomb, { limits: { ...layerLimits, ratioFloorBytes: 8_000_000, ratio: 200 } })
  expect(ratio.facts.gaps).toEqual([
    { status: 'partial', reason: 'LAYER_TOO_LARGE', detail: 'inflates to more than 200 times its size' },
  ])
  expect(ratio.facts.readings).toEqual([reading('evidence', '1.0')])
  expect(ratio.facts.uncompressedSize).toBeLessThan(16_000_000)
  const size = await readBytes(bomb, { limits: { ...layerLimits, uncompressedBytes: 10_000_000 } })
  expect(size.facts.gaps).toEqual([
    { status: 'partial', reason: 'LAYER_TOO_LARGE', detail: 'inflates to more than 10000000 bytes' },
  ])
  expect(size.facts.uncompressedSize).toBeLessThan(11_000_000)
  expect((await readBytes(bomb)).facts.gaps).toEqual([])
})

test('stops at too many entries, or too much text in them', async () => {
  const many = tar(...Array.from({ length: 20 }, (_, i) => ({ name: `file-${i}` })))
  const entries = await readBytes(many, { limits: { ...layerLimits, entries: 10 } })
  expect(entries.facts.files.split('\n')).toHaveLength(10)
  expect(entries.facts.gaps).toEqual([
    { status: 'partial', reason: 'TOO_MANY_ENTRIES', detail: 'more than 10 entries; the rest was not read' },
  ])
  const text = await readBytes(many, { limits: { ...layerLimits, pathCharacters: 60 } })
  expect(text.facts.gaps).toEqual([
    {
      status: 'partial',
      reason: 'TOO_MANY_ENTRIES',
      detail: 'paths of more than 60 characters; the rest was not read',
    },
  ])
})

test('leaves out a path that is too long, and goes on', async () => {
  const { facts } = await readBytes(
    tar(pax({ path: 'd/'.repeat(3000) }), { name: 'x' }, { name: 'evidence', body: '1' }),
  )
  expect(facts.files).toBe('evidence')
  expect(facts.gaps).toEqual([
    { status: 'partial', reason: 'PATH_TOO_LONG', detail: `a path of more than 4096 characters, ${'d/'.repeat(50)}…` },
  ])
})

test('notes a package file that is too large, and stops reading them at the limit for all', async () => {
  const bytes = tar(
    { name: 'a/evidence', body: 'x'.repeat(1001) },
    { name: 'b/evidence', body: 'b' },
    { name: 'c/evidence', body: 'c' },
  )
  const { facts } = await readBytes(bytes, { limits: { ...layerLimits, evidenceBytes: 1 } })
  expect(facts.readings).toEqual([
    {
      path: 'a/evidence',
      cataloger: 'evidence',
      facts: [],
      notes: ['a/evidence: not read, 1001 bytes are more than the limit of 1000'],
    },
    reading('b/evidence', 'b'),
  ])
  expect(facts.gaps).toEqual([
    { status: 'partial', reason: 'TOO_MUCH_EVIDENCE', detail: 'package files of more than 1 bytes; not all were read' },
  ])
})

const talkative: Cataloger = {
  ...evidenceCataloger(),
  *read(file, note) {
    for (let i = 0; i < 5; i++) {
      note(`${file.path}: ${i}`)
      yield { kind: 'package', type: 'deb', name: String(i), version: '1' }
    }
  },
}

test('bounds what catalogers find and note, and the gaps themselves', async () => {
  const bytes = tar({ name: 'evidence' }, pax({ path: 'x' }, 'g'), { name: 'd/.wh.' }, { name: 'e/.wh.' })
  const { facts } = await readBytes(bytes, {
    catalogers: [talkative],
    limits: { ...layerLimits, facts: 3, notes: 2, gaps: 3 },
  })
  expect(facts.readings).toMatchObject([
    { facts: [{ name: '0' }, { name: '1' }, { name: '2' }], notes: ['evidence: 0', 'evidence: 1'] },
  ])
  expect(facts.gaps.map(({ reason, detail }) => [reason, detail])).toEqual([
    ['TOO_MANY_NOTES', 'more than 2 problems in package files; not all are listed'],
    ['TOO_MANY_FACTS', 'more than 3 packages; not all are listed'],
    ['LAYER_AMBIGUOUS', 'a global header names or sizes other entries'],
    ['TOO_MANY_GAPS', '2 more gaps'],
  ])
})

test('a cataloger that throws costs one file of one cataloger', async () => {
  const broken: Cataloger = {
    ...evidenceCataloger([], 'broken'),
    // oxlint-disable-next-line require-yield -- it never comes to that
    *read() {
      throw new Error('index out of range')
    },
  }
  const { facts } = await readBytes(tar({ name: 'evidence', body: '1' }), { catalogers: [broken, evidenceCataloger()] })
  expect(facts.readings).toEqual([
    { path: 'evidence', cataloger: 'broken', facts: [], notes: ['evidence: broken failed: index out of range'] },
    reading('evidence', '1'),
  ])
})

test('holds no more of a layer than one package file', async () => {
  const chunk = randomBytes(1_000_000)
  const header = tarEntry({ name: 'noise', size: 300 * chunk.length })
  const size = header.length + 300 * chunk.length
  const reading = createLayerReading({ digest: `sha256:${'0'.repeat(64)}`, size, mediaType: '' }, [evidenceCataloger()])
  await reading.push(header)
  const before = process.memoryUsage()
  for (let i = 0; i < 300; i++) await reading.push(chunk)
  const { arrayBuffers, external } = process.memoryUsage()
  expect(arrayBuffers - before.arrayBuffers).toBeLessThan(2_000_000)
  expect(external - before.external).toBeLessThan(2_000_000)
  await expect(async () => reading.finish()).rejects.toThrow('arrived with the digest')
})

test('the key of stored facts changes with any cataloger, not with their order', () => {
  const [a, b] = [evidenceCataloger([], 'a'), evidenceCataloger([], 'b')]
  expect(catalogersKey([a, b])).toMatch(/^[0-9a-f]{16}$/)
  expect(catalogersKey([a, b])).toBe(catalogersKey([b, a]))
  // What a scan keeps leads to the facts of its layers, whichever rules looked at them.
  expect(keyOfVersions(scanVersions([a, b]))).toBe(catalogersKey([a, b]))
  expect(keyOfVersions({ ...scanVersions([a, b]), benchmark: 99 })).toBe(catalogersKey([a, b]))
  const others = [[a], [b], [a, { ...b, version: 2 }], [{ ...a, version: 2 }, b], []].map(catalogersKey)
  expect(new Set([...others, catalogersKey([a, b])]).size).toBe(6)
})
