import * as fc from 'fast-check'
import { extract, pack, type Header } from 'tar-stream'
import { expect, test } from 'vitest'
import { TarError } from './tar-header.ts'
import { createTarWalker, type TarEntry } from './tar-walker.ts'
import { gnuLong, padded, pax, paxRecord, seal, tar, tarEntry } from './test-archive.ts'

type Seen = TarEntry & { readonly body?: string | undefined }

/** Walks an archive in chunks of the given sizes, again and again; takes the bodies of files that `wants` names. */
function walk(
  archive: Buffer,
  chunks: readonly number[] = [archive.length],
  wants: (name: string) => boolean = () => true,
): { entries: Seen[]; ambiguous: string[] } {
  const entries: Seen[] = []
  const ambiguous: string[] = []
  const walker = createTarWalker(
    {
      entry(entry) {
        const index = entries.push(entry) - 1
        if (entry.kind !== 'file' || !wants(entry.name)) return undefined
        return (body) => (entries[index] = { ...entry, body: body.toString('latin1') })
      },
      ambiguous: (detail) => ambiguous.push(detail),
    },
    { headerBytes: 1024 * 1024 },
  )
  let goesOn = true
  for (let at = 0, i = 0; at < archive.length && goesOn; i++) {
    const size = chunks[i % chunks.length]!
    goesOn = walker.push(archive.subarray(at, at + size))
    at += size
  }
  if (goesOn) walker.end()
  return { entries, ambiguous }
}

const kinds = {
  file: 'file',
  directory: 'directory',
  symlink: 'symlink',
  link: 'hardlink',
  'character-device': 'character-device',
  fifo: 'other',
} as const

const segment = fc.string({
  unit: fc.constantFrom('a', 'B', '0', '.', '-', ' ', 'é', '文'),
  minLength: 1,
  maxLength: 40,
})
const name = fc
  .array(segment, { minLength: 1, maxLength: 8 })
  .map((segments) => segments.join('/'))
  .filter((path) => !path.endsWith('/'))
const oracleEntry = fc.record({
  name,
  type: fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
  linkname: name,
  body: fc.string({ unit: 'binary-ascii', maxLength: 1200 }),
  pax: fc.option(fc.constant({ mtime: '1700000000.5', 'SCHILY.xattr.user.note': 'two\nlines=yes' }), {
    nil: undefined,
  }),
})

test('agrees with tar-stream on archives of every kind of entry, however they are cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(oracleEntry, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 }),
      async (wanted, chunks) => {
        const archive = await packed(wanted)
        const expected = await unpacked(archive)
        expect(
          walk(archive, chunks).entries.map(({ kind, name, target, body }) => ({ kind, name, target, body })),
        ).toEqual(expected)
        const skipped = walk(archive, chunks, () => false).entries
        expect(skipped.map(({ kind, name }) => ({ kind, name }))).toEqual(
          expected.map(({ kind, name }) => ({ kind, name })),
        )
      },
    ),
    { numRuns: 150 },
  )
})

async function packed(
  entries: readonly (Pick<Header, 'name' | 'type' | 'linkname'> & { body: string })[],
): Promise<Buffer> {
  const archive = pack()
  for (const { body, linkname, ...header } of entries) {
    const target = header.type === 'symlink' || header.type === 'link' ? { linkname } : {}
    archive.entry({ ...header, ...target, devmajor: 1, devminor: 3 }, header.type === 'file' ? body : '')
  }
  archive.finalize()
  return Buffer.concat(await Array.fromAsync(archive as AsyncIterable<Buffer>))
}

async function unpacked(archive: Buffer): Promise<Pick<Seen, 'kind' | 'name' | 'target' | 'body'>[]> {
  const entries: Pick<Seen, 'kind' | 'name' | 'target' | 'body'>[] = []
  const reader = extract()
  reader.end(archive)
  for await (const entry of reader) {
    const { type, name, linkname } = entry.header
    const body = Buffer.concat(await Array.fromAsync(entry as AsyncIterable<Buffer>)).toString('latin1')
    const kind = kinds[type as keyof typeof kinds]
    entries.push({ kind, name, target: linkname ?? '', body: kind === 'file' ? body : undefined })
  }
  return entries
}

test('joins prefix and name in POSIX headers, and only there', () => {
  const archive = tar(
    { name: 'b', prefix: 'a' },
    { name: 'b', prefix: 'not a prefix', magic: 'ustar  \0' },
    { name: 'v7', prefix: 'nor this', magic: '' },
    {
      name: 'star',
      change: (header) => header.write(`${'p'.repeat(131)}12345670123 12345670123 12345670tar\0`, 345),
    },
  )
  expect(walk(archive).entries.map(({ name }) => name)).toEqual(['a/b', 'b', 'v7', `${'p'.repeat(131)}/star`])
})

test('takes a v7 entry whose name ends in a slash for a directory', () => {
  const archive = tar({ name: 'dir/', type: '\0', magic: '' }, { name: 'file', type: '\0', magic: '' })
  expect(walk(archive).entries.map(({ kind }) => kind)).toEqual(['directory', 'file'])
})

test('reads GNU long names and long links, and pax names, sizes and links', () => {
  const long = 'd/'.repeat(120)
  const archive = tar(
    gnuLong('L', `${long}gnu`),
    gnuLong('K', `${long}target`),
    { name: 'cut', type: '2', link: 'cut' },
    pax({ path: `${long}pax`, size: '3' }),
    { name: 'cut', body: 'abc', size: 0 },
    pax({ linkpath: `${long}target` }),
    { name: 'link', type: '1', link: 'cut' },
    { name: 'after' },
  )
  expect(walk(archive).entries).toMatchObject([
    { kind: 'symlink', name: `${long}gnu`, target: `${long}target`, size: 0 },
    { kind: 'file', name: `${long}pax`, target: '', size: 3, body: 'abc' },
    { kind: 'hardlink', name: 'link', target: `${long}target`, size: 0 },
    { kind: 'file', name: 'after', target: '', size: 0, body: '' },
  ])
})

test('follows Go where readers disagree, and says so', () => {
  const archive = tar(
    pax({ path: 'everything' }, 'g'),
    { name: 'own' },
    gnuLong('L', 'gnu'),
    pax({ path: 'pax' }),
    { name: 'cut' },
    pax({ comment: 'a commit id, as git archive writes it' }, 'g'),
  )
  const { entries, ambiguous } = walk(archive)
  expect(entries.map(({ name }) => name)).toEqual(['own', 'gnu'])
  expect(ambiguous).toEqual(['a global header names or sizes other entries', 'an entry has two names, gnu and pax'])
})

test('reads base-256 sizes, and signed checksums', () => {
  const size = Buffer.alloc(12)
  size[0] = 0x80
  size[11] = 3
  const signed = tarEntry({ name: Buffer.from('caf\xe9', 'latin1') })
  const sum = Number.parseInt(signed.toString('latin1', 148, 154), 8)
  signed.write((sum - 256).toString(8).padStart(6, '0'), 148)
  const archive = tar({ name: 'big', body: 'abc', size }, signed, { name: 'after' })
  expect(walk(archive).entries.map(({ name, size }) => [name, size])).toEqual([
    ['big', 3],
    ['caf\uefe9', 0],
    ['after', 0],
  ])
})

test('passes over bodies by the size that Go sees: none for links and directories, all for unknown types', () => {
  const archive = tar(
    { name: 'dir/', type: '5', size: 4096 },
    { name: 'link', type: '1', link: 'x', size: 512 },
    { name: 'unknown', type: 'Z', body: 'x'.repeat(700) },
    { name: 'label', type: 'V', body: 'x' },
    { name: 'cont', type: '7', body: 'y' },
  )
  expect(walk(archive).entries.map(({ kind, name, size }) => [kind, name, size])).toEqual([
    ['directory', 'dir/', 0],
    ['hardlink', 'link', 0],
    ['file', 'unknown', 700],
    ['file', 'cont', 1],
  ])
})

test('tells character devices 0:0 from others', () => {
  const archive = tar(
    { name: 'gone', type: '3', device: [0, 0] },
    { name: 'null', type: '3', device: [1, 3] },
    { name: 'disk', type: '4', device: [0, 0] },
  )
  expect(walk(archive).entries.map(({ kind }) => kind)).toEqual(['null-device', 'character-device', 'block-device'])
})

test('reads modes and owners, in octal and base 256, and lets pax say the owner', () => {
  const base256 = (value: number): Buffer => {
    const field = Buffer.alloc(8, value < 0 ? 0xff : 0)
    field.writeInt32BE(value, 4)
    field[0]! |= 0x80
    return field
  }
  const header = (...fields: readonly (Buffer | string)[]) => ({
    change: (bytes: Buffer) => fields.forEach((field, index) => Buffer.from(field).copy(bytes, 100 + index * 8)),
  })
  const archive = tar(
    { name: 'old', ...header('104755 \0', '  1750 \0', '\0\0\0\0\0\0\0\0') },
    { name: 'large', ...header(base256(0o2755), base256(3_000_000), base256(-2)) },
    pax({ uid: '4000000', gid: '-7' }),
    { name: 'pax', ...header('0000644\0', '0000001\0', '0000002\0') },
  )
  expect(walk(archive).entries.map(({ mode, uid, gid }) => [mode.toString(8), uid, gid])).toEqual([
    ['4755', 1000, 0],
    ['2755', 3_000_000, 2 ** 32 - 2],
    ['644', 4_000_000, 2],
  ])
})

/** Two pieces, `AAAA` at 0 and `BBBB` at 1000, in a file of 1100 bytes. */
const whole = `AAAA${'\0'.repeat(996)}BBBB${'\0'.repeat(96)}`

test('fills the holes of sparse files, in the old GNU form and in the three pax forms', () => {
  const oldGnu = tarEntry({
    name: 'old',
    type: 'S',
    body: 'AAAABBBB',
    magic: 'ustar  \0',
    change: (header) => {
      header.write(['0', '4', '1000', '4'].map((n) => `${BigInt(n).toString(8).padStart(11, '0')}\0`).join(''), 386)
      header.write((1100).toString(8).padStart(11, '0'), 483)
    },
  })
  const numbers = Buffer.concat([
    paxRecord('GNU.sparse.size', Buffer.from('1100')),
    ...['0', '4', '1000', '4'].map((n, i) => paxRecord(`GNU.sparse.${i % 2 ? 'numbytes' : 'offset'}`, Buffer.from(n))),
  ])
  const archive = tar(
    oldGnu,
    tarEntry({ name: 'x', type: 'x', body: numbers }),
    { name: '0.0', body: 'AAAABBBB' },
    pax({ 'GNU.sparse.size': '1100', 'GNU.sparse.map': '0,4,1000,4', 'GNU.sparse.name': '0.1' }),
    { name: 'GNUSparseFile.1/x', body: 'AAAABBBB' },
    pax({ 'GNU.sparse.major': '1', 'GNU.sparse.minor': '0', 'GNU.sparse.realsize': '1100', 'GNU.sparse.name': '1.0' }),
    { name: 'x', body: Buffer.concat([padded(Buffer.from('2\n0\n4\n1000\n4\n')), Buffer.from('AAAABBBB')]) },
    { name: 'after' },
  )
  for (const chunk of [archive.length, 100, 1]) {
    expect(walk(archive, [chunk]).entries.map(({ name, size, body }) => [name, size, body])).toEqual([
      ['old', 1100, whole],
      ['0.0', 1100, whole],
      ['0.1', 1100, whole],
      ['1.0', 1100, whole],
      ['after', 0, ''],
    ])
  }
})

test('passes over the extra map blocks of an old GNU sparse file that nobody wants', () => {
  const header = tarEntry({
    name: 'old',
    type: 'S',
    size: 8,
    magic: 'ustar  \0',
    change: (header) => {
      header.write('00000002000\0', 483)
      header[482] = 1
    },
  })
  const extension = Buffer.alloc(512)
  const archive = tar(header, extension, padded(Buffer.from('AAAABBBB')), { name: 'after' })
  expect(walk(archive, [archive.length], () => false).entries.map(({ name }) => name)).toEqual(['old', 'after'])
})

test('ends at two blocks of zeros whatever follows, or at the end of the bytes', () => {
  const entry = tarEntry({ name: 'a', body: 'body' })
  const names = (archive: Buffer): string[] => walk(archive).entries.map(({ name }) => name)
  expect(names(Buffer.concat([entry, Buffer.alloc(1024), Buffer.from('garbage'), entry]))).toEqual(['a'])
  expect(names(entry)).toEqual(['a'])
  expect(names(Buffer.concat([entry, Buffer.alloc(512)]))).toEqual(['a'])
  expect(names(entry.subarray(0, 512 + 4))).toEqual(['a'])
  expect(names(Buffer.alloc(0))).toEqual([])
})

test.each([
  ['is cut off in a body', tarEntry({ name: 'a', body: 'body' }).subarray(0, 514), 'ends in the middle of an entry'],
  ['is cut off in a header', tarEntry({ name: 'a' }).subarray(0, 100), 'ends in the middle of an entry'],
  ['ends after an extended header', pax({ path: 'a' }), 'ends after an extended header'],
  ['has a wrong checksum', tar(Buffer.alloc(512, '7')), 'has a header with a wrong checksum'],
  ['goes on after one block of zeros', tar(Buffer.alloc(512), { name: 'a' }), 'goes on after a block of zeros'],
  ['has a negative size', tar({ name: 'a', size: Buffer.alloc(12, 0xff) }), 'has a header with a negative number'],
  ['has a huge size', tar({ name: 'a', size: Buffer.alloc(12, 0xbf) }), 'has a header with a number beyond 2^53'],
  [
    'has a size in no base',
    tar({ name: 'a', size: Buffer.from('0000000009z\0') }),
    'has a header with a number that is not octal',
  ],
  ['has a huge pax header', tar({ name: 'a', type: 'x', size: 2 ** 30 }), 'has an extended header of 1073741824 bytes'],
  [
    'has a pax record that is too long',
    tar({ name: 'a', type: 'x', body: '99 path=a\n' }),
    'has a malformed pax header',
  ],
  ['has a pax record without a length', tar({ name: 'a', type: 'x', body: 'path=a\n' }), 'has a malformed pax header'],
  ['has a NUL in a pax name', tar(pax({ path: 'a\0b' })), 'has a pax header with a NUL in a name'],
  ['has a pax size that is no number', tar(pax({ size: '-1' })), 'has a number that is not decimal'],
  [
    'has a sparse map beyond the file',
    tar(pax({ 'GNU.sparse.size': '4', 'GNU.sparse.map': '0,4,9,4' }), { name: 'a', body: 'x' }),
    'has a sparse file with a wrong map',
  ],
])('refuses an archive that %s', (_, archive, message) => {
  expect(() => walk(archive)).toThrow(new TarError(message))
})

test('never fails in another way, and never reads beyond the end, on damaged archives', () => {
  const sound = tar(pax({ path: 'long' }), { name: 'a', body: 'x'.repeat(600) }, gnuLong('L', 'name'), {
    name: 'b',
    type: '2',
    link: 'a',
  })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.boolean(),
      (changes, reseal) => {
        const damaged = Buffer.from(sound)
        for (const [at, byte] of changes) {
          damaged[at] = byte
          if (reseal) seal(damaged.subarray(at - (at % 512), at - (at % 512) + 512))
        }
        expect(outcome(() => walk(damaged, [300]))).toMatch(/^(walked|TarError)$/)
      },
    ),
    { numRuns: 500 },
  )
})

function outcome(work: () => unknown): string {
  try {
    work()
    return 'walked'
  } catch (thrown) {
    return thrown instanceof TarError ? 'TarError' : String(thrown)
  }
}
