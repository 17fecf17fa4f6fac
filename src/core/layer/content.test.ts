import { expect, test } from 'vitest'
import type { Cataloger } from '../inventory/cataloger.ts'
import { layerLimits } from './limits.ts'
import { evidenceCataloger, pax, readBytes, tar, type TestEntry } from './test-archive.ts'

async function factsOf(...entries: (TestEntry | Buffer)[]): Promise<Awaited<ReturnType<typeof readBytes>>['facts']> {
  return (await readBytes(tar(...entries))).facts
}

test('lists directories, files and symlinks, each path normalised', async () => {
  const facts = await factsOf(
    { name: './', type: '5' },
    { name: './usr/', type: '5' },
    { name: '/usr//bin/./env', body: 'x' },
    { name: '../../usr/../etc/passwd' },
    { name: 'bin', type: '2', link: '/usr/bin' },
    { name: 'dev/null', type: '3', device: [1, 3] },
    { name: 'run/fifo', type: '6' },
    { name: 'usr/bin/env2', type: '1', link: './usr/bin/env' },
    { name: Buffer.from('caf\xe9\nroot/evidence', 'latin1') },
  )
  expect(facts).toMatchObject({
    entryCount: 9,
    directories: 'usr',
    files: 'usr/bin/env\netc/passwd\ndev/null\nrun/fifo\nusr/bin/env2\ncaf\uefe9\uef0aroot/evidence',
    symlinks: [['bin', '/usr/bin']],
  })
})

test('tells whiteouts, opaque directories and AUFS bookkeeping from names that only look like them', async () => {
  const facts = await factsOf(
    { name: 'etc/.wh.evidence' },
    { name: 'etc/.wh.link', type: '1', link: '.wh..wh.aufs' },
    { name: 'var/.wh..wh..opq' },
    { name: '.wh..wh..opq' },
    { name: 'old', type: '3', device: [0, 0] },
    { name: '.wh..wh.plnk/', type: '5' },
    { name: '.wh..wh.plnk/5.6' },
    { name: '.wh..wh.aufs' },
    { name: 'usr/share/white' },
    { name: 'usr/a.wh.b' },
    { name: 'bad/.wh...' },
  )
  expect(facts).toMatchObject({
    whiteouts: ['etc/evidence', 'etc/link', 'old'],
    opaques: ['var', ''],
    files: 'usr/share/white\nusr/a.wh.b',
    directories: '',
    gaps: [{ status: 'partial', reason: 'LAYER_AMBIGUOUS', detail: 'a whiteout of nothing, bad/.wh...' }],
  })
})

test('the last entry of a path wins', async () => {
  const facts = await factsOf(
    { name: 'a/evidence', body: 'first' },
    { name: './a//evidence', body: 'second' },
    { name: 'b/evidence', body: 'gone' },
    { name: 'b/evidence', type: '2', link: 'elsewhere' },
    { name: 'c', type: '2', link: 'x' },
    { name: 'c', type: '5' },
    { name: 'd/evidence', body: 'gone' },
    { name: 'd/evidence', type: '3', device: [0, 0] },
  )
  expect(facts.readings.map(({ path, facts }) => [path, facts])).toEqual([
    ['a/evidence', [{ kind: 'package', type: 'deb', name: 'a/evidence', version: 'second' }]],
  ])
  expect(facts).toMatchObject({ files: 'a/evidence', directories: 'c', symlinks: [['b/evidence', 'elsewhere']] })
})

test('what replaces a directory removes what was below it, not what comes below it later', async () => {
  const facts = await factsOf(
    { name: 'app/', type: '5' },
    { name: 'app/old/evidence', body: '1' },
    { name: 'app', type: '2', link: 'srv' },
    { name: 'app/', type: '5' },
    { name: 'app/new/evidence', body: '2' },
  )
  expect(facts.files).toBe('app/new/evidence')
  expect(facts.readings.map(({ path }) => path)).toEqual(['app/new/evidence'])
})

const versions = (facts: Awaited<ReturnType<typeof factsOf>>): unknown[] =>
  facts.readings.map(({ path, facts }) => [path, ...facts.map((fact) => ('version' in fact ? fact.version : ''))])

test('a hard link to a file that the same cataloger read has the same facts', async () => {
  const facts = await factsOf(
    { name: 'a/evidence', body: 'shared' },
    { name: 'b/evidence', type: '1', link: 'a/evidence' },
    { name: 'c/evidence', type: '1', link: 'b/evidence' },
    { name: 'unwanted', type: '1', link: 'b/evidence' },
  )
  expect(versions(facts)).toEqual([
    ['a/evidence', 'shared'],
    ['b/evidence', 'shared'],
    ['c/evidence', 'shared'],
  ])
  expect(facts.hardlinks).toEqual([])
})

test('a hard link to a file of a lower layer is left to the overlay', async () => {
  const facts = await factsOf(
    { name: 'b/evidence', type: '1', link: './var/evidence' },
    { name: 'b/other', type: '1', link: 'x' },
  )
  expect(facts).toMatchObject({
    hardlinks: [['b/evidence', 'var/evidence']],
    files: 'b/evidence\nb/other',
    readings: [],
  })
})

test('a hard link to a symlink is that symlink', async () => {
  const facts = await factsOf(
    { name: 'etc/evidence', type: '2', link: '../usr/lib/evidence' },
    { name: 'etc/evidence2', type: '1', link: 'etc/evidence' },
  )
  expect(facts.symlinks).toEqual([
    ['etc/evidence', '../usr/lib/evidence'],
    ['etc/evidence2', '../usr/lib/evidence'],
  ])
})

test('a hard link to a file that nobody wanted is read in a second pass', async () => {
  const archive = tar(
    { name: 'store/0a1b', body: 'stale' },
    { name: 'store/0a1b', body: 'pnpm' },
    { name: 'app/evidence', type: '1', link: 'store/0a1b' },
    { name: 'app/alias', type: '1', link: 'app/evidence' },
    { name: 'lib/evidence', type: '1', link: 'app/alias' },
    { name: 'store/0a1b', body: 'later' },
  )
  const first = await readBytes(archive)
  expect(first.facts.readings).toEqual([])
  expect(first.missedTargets).toEqual(new Map([['store/0a1b', ['app/evidence', 'lib/evidence']]]))
  const second = await readBytes(archive, { alsoRead: first.missedTargets })
  expect(second.missedTargets).toEqual(new Map())
  expect(versions(second.facts)).toEqual([
    ['app/evidence', 'pnpm'],
    ['lib/evidence', 'pnpm'],
  ])
  expect({ ...second.facts, readings: [] }).toEqual(first.facts)
})

test('a second pass runs each cataloger that wants the link, and notes what is too large', async () => {
  const archive = tar(
    { name: 'a/evidence', body: 'x'.repeat(20) },
    { name: 'b/both', type: '1', link: 'a/evidence' },
    { name: 'store/large', body: 'x'.repeat(2000) },
    { name: 'c/evidence', type: '1', link: 'store/large' },
  )
  const catalogers = [
    evidenceCataloger(['b/both']),
    { ...evidenceCataloger([], 'other'), wants: (path: string) => path === 'b/both' },
  ]
  const first = await readBytes(archive, { catalogers })
  expect(first.missedTargets).toEqual(
    new Map([
      ['a/evidence', ['b/both']],
      ['store/large', ['c/evidence']],
    ]),
  )
  const { facts } = await readBytes(archive, { catalogers, alsoRead: first.missedTargets })
  expect(facts.readings.map(({ path, cataloger, notes }) => [path, cataloger, ...notes])).toEqual([
    ['a/evidence', 'evidence'],
    ['b/both', 'evidence'],
    ['b/both', 'other'],
    ['c/evidence', 'evidence', 'c/evidence: not read, 2000 bytes are more than the limit of 1000'],
  ])
})

test('says so where a hard link means a file that was replaced meanwhile', async () => {
  const facts = await factsOf(
    { name: 'x', body: '1' },
    { name: 'y', type: '1', link: 'x' },
    { name: 'x', body: '2' },
    { name: 'a/evidence', type: '1', link: 'y' },
  )
  expect(facts.gaps).toEqual([
    {
      status: 'partial',
      reason: 'HARD_LINK_UNRESOLVED',
      detail: 'a/evidence is a link to a file that was replaced in the same layer',
    },
  ])
})

test('reads a package file with holes, and one whose name is in a pax header', async () => {
  const facts = await factsOf(
    pax({ 'GNU.sparse.size': '4', 'GNU.sparse.map': '2,2', 'GNU.sparse.name': 'sparse/evidence' }),
    { name: 'x', body: '12' },
    pax({ path: 'long/evidence' }),
    { name: 'x', body: '3' },
  )
  expect(versions(facts)).toEqual([
    ['sparse/evidence', '\0\u000012'],
    ['long/evidence', '3'],
  ])
})

/** Takes every file that begins with `!`, or those of one name. */
const contentCataloger = (name = 'content', only?: string): Cataloger => ({
  ...evidenceCataloger([], name),
  maxBytes: 5000,
  wants: () => false,
  wantsContent: (head, _path, basename) => head[0] === 0x21 && (only === undefined || basename === only),
})

const lengths = ({ facts }: Awaited<ReturnType<typeof readBytes>>): unknown[] =>
  facts.readings.map(({ path, cataloger, facts, notes }) => [
    path,
    cataloger,
    ...facts.map((fact) =>
      'version' in fact ? fact.version.replaceAll(/(.)\1+/gs, (run, one) => one + run.length) : '',
    ),
    ...notes,
  ])

test('a file may be wanted for how it begins, however it is cut into chunks', async () => {
  const archive = tar(
    { name: 'block', body: `!${'a'.repeat(511)}` },
    { name: 'tool', body: `!${'b'.repeat(4000)}` },
    { name: 'text', body: `#${'c'.repeat(4000)}` },
    { name: 'small', body: `!${'d'.repeat(510)}` },
    { name: 'evidence', body: `!${'e'.repeat(700)}` },
    { name: 'huge', body: `!${'f'.repeat(5000)}` },
    { name: 'last', body: `!${'g'.repeat(600)}` },
  )
  for (const step of [1, 100, 512, 1000, 3000, archive.length]) {
    const result = await readBytes(archive, { step, catalogers: [evidenceCataloger(), contentCataloger()] })
    expect(lengths(result)).toEqual([
      ['block', 'content', '!a511'],
      ['tool', 'content', '!b4000'],
      ['evidence', 'evidence', '!e700'],
      ['huge', 'content', 'huge: not read, 5001 bytes are more than the limit of 5000'],
      ['last', 'content', '!g600'],
    ])
    expect(result.facts).toMatchObject({ entryCount: 7, gaps: [] })
  }
})

test('files that are read for their content do not use up what package files may have', async () => {
  const archive = tar(
    { name: 'a', body: `!${'a'.repeat(2000)}` },
    { name: 'b', body: `!${'b'.repeat(2000)}` },
    { name: 'evidence', body: 'x' },
  )
  const limits = { ...layerLimits, evidenceBytes: 100 }
  const { facts } = await readBytes(archive, { limits, catalogers: [evidenceCataloger(), contentCataloger()] })
  expect(facts.readings.map(({ path }) => path)).toEqual(['a', 'b', 'evidence'])
  expect(facts.gaps).toEqual([])
})

test('a hard link to a file that was wanted for its content is that file, also under a name that more want', async () => {
  const archive = tar(
    { name: 'bin/[', body: `!${'a'.repeat(600)}` },
    { name: 'bin/box', type: '1', link: 'bin/[' },
    { name: 'bin/cat', type: '1', link: 'bin/box' },
    { name: 'text', body: `#${'a'.repeat(600)}` },
    { name: 'text2', type: '1', link: 'text' },
  )
  const catalogers = [contentCataloger(), contentCataloger('named', 'box')]
  const first = await readBytes(archive, { catalogers })
  expect(first.missedTargets).toEqual(new Map([['bin/[', ['bin/box', 'bin/cat']]]))
  const second = await readBytes(archive, { catalogers, alsoRead: first.missedTargets })
  expect(second.missedTargets).toEqual(new Map())
  expect(lengths(second)).toEqual([
    ['bin/[', 'content', '!a600'],
    ['bin/box', 'content', '!a600'],
    ['bin/box', 'named', '!a600'],
    ['bin/cat', 'content', '!a600'],
  ])
})

test('a file with holes is looked at where its data begin with it', async () => {
  const facts = await readBytes(
    tar(
      pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '0,600', 'GNU.sparse.name': 'tool' }),
      { name: 'x', body: `!${'a'.repeat(599)}` },
      pax({ 'GNU.sparse.size': '2000', 'GNU.sparse.map': '512,600', 'GNU.sparse.name': 'image' }),
      { name: 'x', body: `!${'a'.repeat(599)}` },
      { name: 'end', body: `!${'z'.repeat(700)}` },
    ),
    { catalogers: [contentCataloger()] },
  )
  expect(lengths(facts)).toEqual([
    ['tool', 'content', '!a599\u00001400'],
    ['end', 'content', '!z700'],
  ])
})

test('a large file comes in pieces to those who can, and whole in a second reading where they ask for it', async () => {
  const size = 17 * 2 ** 20
  const summing = (name: string, wholeFrom: number): Cataloger => ({
    ...contentCataloger(name),
    maxBytes: 2 * size,
    *read({ path, bytes }) {
      yield { kind: 'package', type: 'generic', name: path, version: `whole ${bytes.length}` }
    },
    pass(path) {
      let length = 0
      return {
        piece: (bytes) => (length += bytes.length),
        end: () =>
          length >= wholeFrom
            ? 'whole'
            : [{ kind: 'package', type: 'generic', name: path, version: `pieces ${length}` }],
      }
    },
  })
  const archive = tar(
    { name: 'large', body: Buffer.alloc(size, '!') },
    { name: 'link', type: '1', link: 'large' },
    { name: 'larger', body: Buffer.alloc(size + 1, '!') },
    { name: 'small', body: Buffer.alloc(600, '!') },
  )
  const catalogers = [summing('one', size + 1), summing('other', Infinity)]
  const first = await readBytes(archive, { catalogers })
  expect(first.missedTargets).toEqual(new Map([['larger', []]]))
  const { facts } = await readBytes(archive, { catalogers, alsoRead: first.missedTargets })
  expect(versions(facts)).toEqual([
    ['large', `pieces ${size}`],
    ['large', `pieces ${size}`],
    ['link', `pieces ${size}`],
    ['link', `pieces ${size}`],
    ['larger', `whole ${size + 1}`],
    ['larger', `whole ${size + 1}`],
    ['small', 'whole 600'],
    ['small', 'whole 600'],
  ])
  const holding = [{ ...summing('holding', 0), pass: undefined }, summing('other', 0)] as unknown as Cataloger[]
  expect(versions((await readBytes(archive, { catalogers: holding })).facts)[0]).toEqual(['large', `whole ${size}`])
})
