import { describe, expect, test } from 'vitest'
import { layerFacts, type LayerSketch } from '../../../fixtures/catalogers/layer-facts.ts'
import { digestOf } from '../image/digest.ts'
import { takeInventory } from './inventory.ts'
import type { DistroFact, OwnershipFact, PackageFact, PackageType } from './package.ts'

const debian: DistroFact = { kind: 'distro', id: 'debian', versionId: '12' }
const status = 'var/lib/dpkg/status'
const list = 'var/lib/dpkg/info/lantern.list'
const manifest = 'usr/share/nodejs/lantern/package.json'
const jar = 'usr/share/java/lantern.jar'
const program = 'usr/bin/lantern'
const allPaths = [manifest, jar, program].join('\n')

const packageOf = (type: PackageType, version: string, more: Partial<PackageFact> = {}): PackageFact => ({
  kind: 'package',
  type,
  name: 'lantern',
  version,
  ...more,
})
const owns = (paths: string, type: PackageType = 'deb'): OwnershipFact => ({
  kind: 'ownership',
  type,
  name: 'lantern',
  paths,
})

/** A Debian with the package that owns the three files, and what else. */
const system = (
  version: string,
  { vendor = 'Lantern Team <team+lantern@tracker.debian.org>', ...more }: Partial<PackageFact> = {},
  others: LayerSketch['evidence'] = {},
): LayerSketch => ({
  evidence: {
    'etc/os-release': [debian],
    [status]: [packageOf('deb', version, { ...more, ...(vendor !== '' && { vendor }) })],
    [list]: [owns(allPaths)],
    ...others,
  },
})

/** The packages that are no OS packages, as `type version` with the name of the owner. */
function ownersIn(...layers: readonly LayerSketch[]): readonly string[] {
  const read = layers.map(layerFacts)
  const descriptors = read.map((_, index) => {
    const digest = digestOf(String(index))
    return { digest, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 1, diffId: null, createdBy: null }
  })
  return takeInventory({ layers: descriptors, read })
    .packages.filter(({ type }) => !['deb', 'apk', 'rpm'].includes(type))
    .map(({ type, version, ownedBy }) => `${type} ${version} of ${ownedBy?.replace(/\?.*/, '') ?? 'nobody'}`)
}

const owner = 'pkg:deb/debian/lantern@'

describe('a language package of the owner’s files', () => {
  test.each([
    ['2.4.1', '1:2.4.1+dfsg-1'],
    ['2.4.1', '2.4.1-3+b1'],
    ['2.4', '2.4.0-1'],
    ['2.4.0', '2.4-1'],
    ['3.0.0-rc.1', '3.0.0~rc1-2'],
    ['2.4.1', '2.4.1~ds1-1'],
  ])('of version %s is that of %s', (version, installed) => {
    const found = ownersIn(system(installed, {}, { [manifest]: [packageOf('npm', version)] }))
    expect(found).toEqual([expect.stringMatching(`^npm ${version} of ${owner}`)])
  })

  test.each([
    ['2.4.1', '2.4.10-1'],
    ['2.5.0', '2.4.1-1'],
    ['1', '10-1'],
  ])('of version %s is not that of %s: it was put over it', (version, installed) => {
    expect(ownersIn(system(installed, {}, { [manifest]: [packageOf('npm', version)] }))).toEqual([
      `npm ${version} of nobody`,
    ])
  })

  test('may have a version of its own, where its path has it or another one beside it is what the owner says', () => {
    const spec = 'usr/share/gems/specifications/lamp-7.1.gemspec'
    const nested = 'usr/share/nodejs/lantern/node_modules/wick/package.json'
    const more = { [list]: [owns(`${allPaths}\n${spec}\n${nested}`)], [nested]: [packageOf('npm', '9.9.9')] }
    const gem = { [spec]: [packageOf('gem', '7.1')] }
    expect(ownersIn(system('2.4-1', {}, { ...more, ...gem, [manifest]: [packageOf('npm', '2.4.0')] }))).toEqual([
      `gem 7.1 of ${owner}2.4-1`,
      `npm 2.4.0 of ${owner}2.4-1`,
      `npm 9.9.9 of ${owner}2.4-1`,
    ])
    expect(ownersIn(system('2.4-1', {}, { ...more, [manifest]: [packageOf('npm', '3.0.0')] }))).toEqual([
      'npm 3.0.0 of nobody',
      'npm 9.9.9 of nobody',
    ])
  })
})

test.each([
  ['usr/lib/python3/dist-packages/lamp-7.1.dist-info/METADATA', true],
  ['usr/lib/python3/dist-packages/lamp-7.1-py3.11.egg-info/PKG-INFO', true],
  ['usr/share/gems/specifications/lamp-7.1.gemspec', true],
  ['usr/share/gems/specifications/lamp-7.1-java.gemspec', true],
  ['usr/share/gems/lamp-7.1.2/lamp-7.1.gemspec', true],
  ['usr/share/gems/specifications/lamp-7.1x.gemspec', false],
  ['usr/share/gems/specifications/lamp-7.10.gemspec', false],
  ['usr/share/gems/specifications/lamp-7.1.2.gemspec', false],
  ['usr/share/gems/specifications/lamp-7.1.rc2.gemspec', false],
  ['usr/share/gems/specifications/lamp-7.1-1.gemspec', false],
])('%s is of a package of version 7.1: %s', (path, isOwned) => {
  const evidence = { [list]: [owns(path)], [path]: [packageOf('gem', '7.1')] }
  expect(ownersIn(system('2.4-1', {}, evidence))).toEqual([`gem 7.1 of ${isOwned ? `${owner}2.4-1` : 'nobody'}`])
})

describe('what lies inside a file of the owner', () => {
  const inside = {
    [jar]: [packageOf('maven', '7', { evidence: 'archive', within: 'META-INF/lib/other.jar' })],
    [program]: [packageOf('golang', '1.22.3', { name: 'stdlib', evidence: 'embedded' })],
  }

  test('is the owner’s, whatever its version', () => {
    expect(ownersIn(system('2.4-1', {}, inside))).toEqual([
      `golang 1.22.3 of ${owner}2.4-1`,
      `maven 7 of ${owner}2.4-1`,
    ])
  })

  test('is not where a later layer replaced the file, unless it has the same version', () => {
    const replaced = { evidence: { [jar]: [packageOf('maven', '8')], [program]: [packageOf('golang', '2.4')] } }
    expect(ownersIn(system('2.4-1', {}, inside), replaced)).toEqual([
      `golang 2.4 of ${owner}2.4-1`,
      'maven 8 of nobody',
    ])
  })

  const linked = (version: string, more: Partial<PackageFact> = {}) => ({
    [program]: [
      packageOf('golang', '1.22.3', { name: 'stdlib', evidence: 'embedded' }),
      packageOf('golang', version, { name: 'example.org/lantern', evidence: 'embedded', ...more }),
      packageOf('golang', 'v7.1.0', { name: 'example.org/wick', evidence: 'embedded' }),
    ],
  })

  test.each([
    ['v2.4.0', {}],
    ['v2.4.0+incompatible', {}],
    ['(devel)', { local: true }],
    ['v0.0.0-20260102030405-0123456789ab', { local: true }],
  ])('is the owner’s in a Go program of version %s', (version, more) => {
    const found = ownersIn(system('2.4.0-1', {}, linked(version, more)))
    expect(found).toEqual([version, 'v7.1.0', '1.22.3'].map((each) => `golang ${each} of ${owner}2.4.0-1`))
  })

  test('is not in a Go program that says it is of another version: it was put over it', () => {
    expect(ownersIn(system('2.4.0-1', {}, linked('v2.9.1')))).toEqual(
      ['v2.9.1', 'v7.1.0', '1.22.3'].map((version) => `golang ${version} of nobody`),
    )
  })

  test('is where a later layer only touched the file', () => {
    expect(ownersIn(system('2.4-1', {}, inside), { evidence: inside })).toHaveLength(2)
    expect(ownersIn(system('2.4-1', {}, inside), { evidence: inside }).join()).not.toContain('nobody')
  })
})

test('paths lead through the links of the image', () => {
  const layer = {
    symlinks: { lib: 'usr/lib' },
    evidence: {
      'etc/os-release': [debian],
      [status]: [packageOf('deb', '2.4-1')],
      [list]: [owns('lib/lantern/liblantern.so')],
      'usr/lib/lantern/liblantern.so': [packageOf('generic', '2.4', { evidence: 'pattern' })],
    },
  }
  // Left out, because it is owned: unowned it would be of nobody.
  expect(ownersIn(layer)).toEqual([])
})

test('nobody owns what a package that is gone, of another architecture or in another root owned', () => {
  const evidence = { [manifest]: [packageOf('npm', '2.4')] }
  const gone = { evidence: { 'etc/os-release': [debian], [status]: [], [list]: [owns(allPaths)], ...evidence } }
  expect(ownersIn(gone)).toEqual(['npm 2.4 of nobody'])
  const foreign = system('2.4-1', { arch: 'arm64' }, { [list]: [{ ...owns(allPaths), arch: 'amd64' }], ...evidence })
  expect(ownersIn(foreign)).toEqual(['npm 2.4 of nobody'])
  const inRoot = system('2.4-1', {}, { [list]: [], [`rootfs/${list}`]: [owns(allPaths)], ...evidence })
  expect(ownersIn(inRoot)).toEqual(['npm 2.4 of nobody'])
})

describe('an owner that its distribution’s advisories do not speak for', () => {
  const evidence = {
    [manifest]: [packageOf('npm', '2.4')],
    [program]: [packageOf('generic', '2.4', { evidence: 'pattern' })],
  }

  test('somebody else made: its language packages count, version strings are left out', () => {
    const vendor = 'Lantern <support@docker.com>'
    expect(ownersIn(system('2.4-1', { vendor }, evidence))).toEqual(['npm 2.4 of nobody'])
  })

  test.each(['root <root@build-7>', 'Lamp Team <lamp-dev@chromium.org>', 'none', ''])(
    'does not say that the distribution made it, but “%s”',
    (vendor) => {
      const inside = {
        ...evidence,
        [program]: [packageOf('golang', '1.22.3', { evidence: 'embedded' })],
        [jar]: [packageOf('maven', '7', { evidence: 'archive' })],
      }
      expect(ownersIn(system('2.4-1', { vendor }, inside))).toEqual([
        'golang 1.22.3 of nobody',
        'maven 7 of nobody',
        'npm 2.4 of nobody',
      ])
    },
  )

  test('is of a distribution that always states a vendor, and has none', () => {
    const alma: DistroFact = { kind: 'distro', id: 'almalinux', versionId: '9.4' }
    const layer = (more: Partial<PackageFact>) => ({
      evidence: {
        'etc/os-release': [alma],
        'var/lib/rpm/rpmdb.sqlite': [packageOf('rpm', '2.4-1', more), owns(allPaths, 'rpm')],
        ...evidence,
      },
    })
    expect(ownersIn(layer({}))).toEqual(['npm 2.4 of nobody'])
    expect(ownersIn(layer({ vendor: 'AlmaLinux' }))).toEqual(['npm 2.4 of pkg:rpm/almalinux/lantern@2.4-1'])
  })

  test('is of a distribution whose feed only lists what is fixed', () => {
    const amazon: DistroFact = { kind: 'distro', id: 'amzn', versionId: '2023' }
    const layer = {
      evidence: {
        'etc/os-release': [amazon],
        'var/lib/rpm/rpmdb.sqlite': [packageOf('rpm', '2.4-1'), owns(allPaths, 'rpm')],
        ...evidence,
      },
    }
    expect(ownersIn(layer)).toEqual(['npm 2.4 of nobody'])
  })
})

test('a component of Bitnami owns the version strings of its directory, and no language package', () => {
  const layer: LayerSketch = {
    evidence: {
      'opt/bitnami/.bitnami_components.json': [packageOf('bitnami', '2.4-1'), owns('opt/bitnami/lantern/', 'bitnami')],
      'opt/bitnami/lantern/bin/lantern': [packageOf('generic', '2.4', { evidence: 'pattern' })],
      'opt/bitnami/lantern/lib/lantern.jar': [packageOf('maven', '2.4', { evidence: 'archive' })],
      'opt/bitnami/other/bin/lantern': [packageOf('generic', '2.3', { evidence: 'pattern' })],
    },
  }
  expect(ownersIn(layer)).toEqual(['bitnami 2.4-1 of nobody', 'generic 2.3 of nobody', 'maven 2.4 of nobody'])
})
