import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { dpkg } from './dpkg.ts'

const vendor = 'Example Maintainers <fixture@example.org>'

test('wants the status file and the files of status.d, below any root, and not what lies beside them', () => {
  const wanted = [
    'var/lib/dpkg/status',
    'rootfs/var/lib/dpkg/status',
    'var/lib/dpkg/status.d/tzdata',
    'var/lib/dpkg/status.d/libc6.1',
    'var/lib/dpkg/status.d/bGliYzY=',
  ]
  const others = [
    'var/lib/dpkg/status-old',
    'var/lib/dpkg/available',
    'srv/dpkg/status',
    'usr/lib/opkg/status',
    'var/lib/dpkg/status.d/tzdata.md5sums',
    'var/lib/dpkg/status.d/deep/er',
  ]
  expect([...wanted, ...others].filter((path) => wants(dpkg, path))).toEqual(wanted)
})

test('reads the packages whose files are there, whatever was asked for, with their sources', () => {
  const deb = { kind: 'package', type: 'deb' }
  expect(catalog(dpkg, 'var/lib/dpkg/status', fixture('dpkg/status'))).toEqual({
    facts: [
      {
        ...deb,
        name: 'lantern',
        version: '1:2.4-3+b1',
        source: { name: 'lantern', version: '1:2.4-3+b1' },
        arch: 'amd64',
        vendor,
      },
      {
        ...deb,
        name: 'liblantern2',
        version: '1:2.4-3+b1',
        source: { name: 'lantern', version: '1:2.4-3' },
        arch: 'amd64',
      },
      {
        ...deb,
        name: 'liblantern2',
        version: '1:2.4-3+b1',
        source: { name: 'lantern', version: '1:2.4-3' },
        arch: 'i386',
      },
      { ...deb, name: 'kept-lamp', version: '0.9-1', source: { name: 'lamps', version: '0.9-1' }, arch: 'all' },
    ],
    notes: [],
  })
})

test('reads a paragraph of status.d, where no Status is the rule', () => {
  const source = { name: 'tzdata', version: '2024b-0+deb12u1' }
  expect(catalog(dpkg, 'var/lib/dpkg/status.d/dHpkYXRh', fixture('dpkg/status.d-tzdata'))).toEqual({
    facts: [{ kind: 'package', type: 'deb', name: 'tzdata', version: '2024b-0+deb12u1', source, arch: 'all', vendor }],
    notes: [],
  })
})

test('counts a package without Status as installed and says so, and notes one without a version', () => {
  const { facts, notes } = catalog(
    dpkg,
    'var/lib/dpkg/status',
    'Package: a\r\nVersion: 1\r\n\r\nPackage: b\nStatus: install ok installed\n',
  )
  expect(facts).toMatchObject([{ name: 'a', version: '1' }])
  expect(notes).toEqual([
    'a has no Status; it is counted as installed',
    'paragraph 2 has no usable package name or version',
  ])
})

test('lists the first twenty problems of a file and says that there are more', () => {
  const { notes } = catalog(dpkg, 'var/lib/dpkg/status', 'Package: a\n\n'.repeat(1000))
  expect(notes).toHaveLength(21)
  expect(notes.at(-1)).toBe('it has more problems, which are not listed')
})
