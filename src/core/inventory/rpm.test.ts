import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { ndb, rpmHeader, sqlite } from '../../../fixtures/catalogers/rpm/containers.ts'
import { rpm } from './rpm.ts'

const place = 'var/lib/rpm/rpmdb.sqlite'
const packagesTable = 'CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)'
const header = (name: string) =>
  rpmHeader([
    [1000, name],
    [1001, '1'],
    [1002, '1'],
  ])
const insert = (name: string) => `INSERT INTO Packages (blob) VALUES (x'${header(name).toString('hex')}')`

const lantern = {
  kind: 'package',
  type: 'rpm',
  version: '1:3.0.7-27.el9',
  source: { name: 'lantern', version: '1:3.0.7-27.el9' },
  licenses: ['Apache-2.0'],
}
const installed = [
  {
    kind: 'package',
    type: 'rpm',
    name: 'teapot',
    version: '1.2~rc1-4.module_el8+12',
    source: { name: 'teapot', version: '1.2~rc1-4.module_el8+12' },
    arch: 'x86_64',
    licenses: ['MIT and BSD'],
    module: 'teapot:18:8100020240122010801:4d6aaaab',
  },
  { ...lantern, name: 'lantern-libs', arch: 'x86_64' },
  { ...lantern, name: 'lantern-doc', arch: 'noarch' },
  { ...lantern, name: 'lantern', arch: 'x86_64' },
]
const byName = (facts: readonly object[]) =>
  facts.toSorted((a, b) => ('name' in a && 'name' in b && String(a.name) < String(b.name) ? -1 : 1))

test('wants the databases in the three places, below any root', () => {
  const wanted = [
    place,
    'var/lib/rpm/rpmdb.sqlite-wal',
    'var/lib/rpm/Packages',
    'usr/lib/sysimage/rpm/Packages.db',
    'usr/share/rpm/rpmdb.sqlite',
    'rootfs/var/lib/rpm/Packages',
    'var/lib/rpmmanifest/container-manifest-2',
  ]
  const others = [
    'Packages',
    'var/lib/rpm/Index.db',
    'var/lib/rpm/old/Packages',
    'srv/repo/Packages',
    'usr/share/rpm/macros',
  ]
  expect([...wanted, ...others].filter((path) => wants(rpm, path))).toEqual(wanted)
})

test.each(['rpmdb.sqlite.gz', 'Packages.gz', 'Packages-big-endian.gz'])(
  'reads the packages of %s, without the key among them',
  (name) => {
    const { facts, notes } = catalog(rpm, place, fixture(`rpm/${name}`))
    expect(byName(facts)).toEqual(byName(installed))
    expect(notes).toEqual([])
  },
)

test('reads the packages of an NDB database', () => {
  const { facts, notes } = catalog(rpm, 'usr/lib/sysimage/rpm/Packages.db', ndb([header('lantern'), header('teapot')]))
  expect(facts).toMatchObject([
    { name: 'lantern', version: '1-1', source: { name: 'lantern', version: '1-1' } },
    { name: 'teapot', version: '1-1' },
  ])
  expect(notes).toEqual([])
})

test('reads which files a package owns, and who made it', () => {
  const full = rpmHeader([
    [1000, 'lantern'],
    [1001, '1'],
    [1002, '1'],
    [1011, 'Example Lamps'],
    [1116, [0, 1, 1, 7]],
    [1117, ['lantern', 'lantern.jar', 'guide.html', 'nowhere']],
    [1118, ['/usr/bin/', '/usr/share/java/']],
  ])
  const { facts, notes } = catalog(rpm, 'usr/lib/sysimage/rpm/Packages.db', ndb([full]))
  expect(facts).toMatchObject([
    { kind: 'package', vendor: 'Example Lamps' },
    { kind: 'ownership', type: 'rpm', name: 'lantern', paths: 'usr/bin/lantern\nusr/share/java/lantern.jar' },
  ])
  expect(notes).toEqual([])
})

test('leaves the bytes that it was given as they are', () => {
  const bytes = fixture('rpm/rpmdb.sqlite.gz')
  const before = Buffer.from(bytes)
  Array.from(rpm.read({ path: place, bytes }, () => {}))
  expect(bytes.equals(before)).toBe(true)
})

test('reads the list of packages of images without a database', () => {
  const line = 'lantern\t3.0.7-27.azl3\t1\t1\tExample\t(none)\t120\tx86_64\t0\tlantern-3.0.7-27.azl3.src.rpm'
  const { facts, notes } = catalog(rpm, 'var/lib/rpmmanifest/container-manifest-2', `${line}\nteapot\n`)
  expect(facts).toEqual([
    {
      kind: 'package',
      type: 'rpm',
      name: 'lantern',
      version: '3.0.7-27.azl3',
      source: { name: 'lantern', version: '3.0.7-27.azl3' },
      arch: 'x86_64',
      vendor: 'Example',
    },
  ])
  expect(notes).toEqual(['line 2: it has no version and release'])
})

test('notes a write-ahead log with changes, and not an empty one', () => {
  expect(catalog(rpm, `${place}-wal`, Buffer.alloc(0)).notes).toEqual([])
  expect(catalog(rpm, `${place}-wal`, Buffer.alloc(32)).notes).toEqual([])
  expect(catalog(rpm, `${place}-wal`, Buffer.alloc(4152)).notes).toEqual([
    'it holds changes of the package database that are not read',
  ])
})

test('notes a header that cannot be read and goes on with the next', () => {
  const bytes = sqlite(packagesTable, `INSERT INTO Packages (blob) VALUES (x'00')`, insert('teapot'))
  expect(catalog(rpm, place, bytes)).toMatchObject({
    facts: [{ name: 'teapot' }],
    notes: ['package 1: it is too short for a package header'],
  })
})

test('does not run what stands in the place of the table', () => {
  const endless =
    'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n AS hnum, zeroblob(9) AS blob FROM c'
  const generated = 'hnum INTEGER PRIMARY KEY, blob AS (zeroblob(1000000000))'
  for (const statement of [`CREATE VIEW Packages AS ${endless}`, `CREATE TABLE Packages (${generated})`]) {
    expect(catalog(rpm, place, sqlite(statement))).toEqual({
      facts: [],
      notes: ['it has no table of packages as rpm makes it'],
    })
  }
})

test('ends where a forged tree leads to the same pages again', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `package-${index}`)
  const bytes = sqlite(packagesTable, ...names.map(insert))
  // The root of the table is page 2, or 3 after the sequence table: an interior page (5) whose children are leaves. All
  // of them become the first one.
  const root = [4096, 8192].find((page) => bytes[page] === 5) ?? 0
  const cells = bytes.readUInt16BE(root + 3)
  const cell = (index: number) => root + bytes.readUInt16BE(root + 12 + index * 2)
  const first = bytes.readUInt32BE(cell(0))
  for (let index = 0; index < cells; index++) bytes.writeUInt32BE(first, cell(index))
  const { facts, notes } = catalog(rpm, place, bytes)
  expect(facts.length).toBeLessThan(100)
  expect(notes).toEqual(['the SQLite database cannot be read to its end: rows are damaged'])
})

test.each([
  ['text', Buffer.from('hello'), 'it is no package database that is known here'],
  [
    'a SQLite file cut short',
    fixture('rpm/rpmdb.sqlite.gz').subarray(0, 20_000),
    'the SQLite database cannot be read to its end: database disk image is malformed',
  ],
  [
    'a Berkeley file cut short',
    fixture('rpm/Packages.gz').subarray(0, 9000),
    'the Berkeley database has an unknown version or encryption, or is damaged',
  ],
  ['an NDB file cut short', ndb([header('lantern')]).subarray(0, 4110), 'the package database is damaged at byte 4096'],
])('notes %s', (_, bytes, problem) => {
  expect(catalog(rpm, place, bytes)).toEqual({ facts: [], notes: [problem] })
})

test('ends where the pages of a Berkeley file go in a circle', () => {
  const bytes = fixture('rpm/Packages-big-endian.gz')
  for (let page = 512; page < bytes.length; page += 512) {
    if (bytes[page + 25] === 7 && bytes.readUInt32BE(page + 16) !== 0) bytes.writeUInt32BE(page / 512, page + 16)
  }
  const { facts, notes } = catalog(rpm, 'var/lib/rpm/Packages', bytes)
  expect(facts).toEqual([])
  expect(notes).toEqual([expect.stringMatching(/^the Berkeley database is damaged at page \d+$/)])
})
