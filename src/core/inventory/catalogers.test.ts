import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lanternRecords, manifest } from '../../../fixtures/catalogers/chisel/manifest.ts'
import { damaged, flawsOf } from '../../../fixtures/catalogers/hostile.ts'
import { ndb, rpmHeader } from '../../../fixtures/catalogers/rpm/containers.ts'
import type { Cataloger } from './cataloger.ts'
import { catalogers } from './catalogers.ts'

const headers = ['lantern', 'teapot'].map((name) =>
  rpmHeader([
    [1000, name],
    [1001, '1'],
    [1002, '1'],
  ]),
)

/** Sound evidence of every kind: where it lies, and its bytes. */
const evidence: readonly (readonly [path: string, bytes: Buffer])[] = [
  ['etc/os-release', fixture('os-release/os-release')],
  ['etc/system-release-cpe', Buffer.from('cpe:/o:centos:linux:6:GA')],
  ['etc/redhat-release', Buffer.from('CentOS release 6.10 (Final)')],
  ['var/lib/dpkg/status', fixture('dpkg/status')],
  ['var/lib/dpkg/status.d/tzdata', fixture('dpkg/status.d-tzdata')],
  ['var/lib/dpkg/info/liblantern2:amd64.list', fixture('dpkg-files/liblantern2.list')],
  ['var/lib/dpkg/status.d/tzdata.md5sums', fixture('dpkg-files/tzdata.md5sums')],
  ['var/lib/chisel/manifest.wall', manifest(...lanternRecords)],
  ['opt/bitnami/lantern/.spdx-lantern.spdx', fixture('sbom-in-image/lantern.spdx')],
  ['app/app.cdx.json', fixture('sbom-in-image/app.cdx.json')],
  ['opt/bitnami/.bitnami_components.json', Buffer.from('{"lantern":{"arch":"amd64","version":"2.4.1-3"}}')],
  ['lib/apk/db/installed', fixture('apk/installed')],
  ['var/lib/rpm/rpmdb.sqlite', fixture('rpm/rpmdb.sqlite.gz')],
  ['var/lib/rpm/Packages', fixture('rpm/Packages.gz')],
  ['usr/lib/sysimage/rpm/Packages.db', ndb(headers)],
  ['var/lib/rpmmanifest/container-manifest-2', Buffer.from('a\t1-1\t1\t1\tv\t(none)\t1\tx86_64\t0\ta-1-1.src.rpm\n')],
  ['app/node_modules/@harbour/lantern/package.json', fixture('npm/scoped.json')],
  ['opt/lantern-2.4.dist-info/METADATA', fixture('python/METADATA')],
]

const catalogerOf = (path: string): Cataloger => {
  const [only, ...more] = catalogers.filter((cataloger) => wants(cataloger, path))
  if (!only || more.length > 0) throw new Error(`${path} is not wanted by exactly one cataloger`)
  return only
}

describe.each(evidence)('%s', (path, sound) => {
  test('is read without a note', () => {
    expect(catalog(catalogerOf(path), path, sound)).toEqual({ facts: expect.toSatisfy(isFilled), notes: [] })
  })

  test('may be any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 4096 })
    const property = fc.property(bytes, (any) => flawsOf(catalogerOf(path), path, Buffer.from(any)).length === 0)
    expect(() => fc.assert(property)).not.toThrow()
  })

  test('may be damaged anywhere, and cut anywhere', () => {
    const property = fc.property(damaged(sound), (bytes) => flawsOf(catalogerOf(path), path, bytes).length === 0)
    expect(() => fc.assert(property)).not.toThrow()
  })

  // Each would take minutes where the work grows with the square of the size.
  test.each([
    ' ',
    '\n',
    'a',
    '"',
    '\\',
    '[',
    '-',
    '(',
    'P:',
    'Status: a\n',
    'Source: ((',
    'VERSION_ID="\\',
    'x: (',
    '\t',
    'Slot',
  ])('may be two megabytes of %j', (unit) => {
    const filler = unit.repeat((2 * 2 ** 20) / unit.length)
    expect(flawsOf(catalogerOf(path), path, Buffer.from(filler))).toEqual([])
    expect(flawsOf(catalogerOf(path), path, Buffer.concat([sound, Buffer.from(filler)]))).toEqual([])
    expect(flawsOf(catalogerOf(path), path, Buffer.concat([Buffer.from(filler), sound]))).toEqual([])
  })
})

const isFilled = (facts: readonly unknown[]) => facts.length > 0

test('catalogers have distinct names, and read nothing they do not want', () => {
  expect(new Set(catalogers.map(({ name }) => name)).size).toBe(catalogers.length)
  expect(catalogers.filter((cataloger) => wants(cataloger, 'usr/bin/env'))).toEqual([])
})
