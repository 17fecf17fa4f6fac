import { describe, expect, test } from 'vitest'
import { layerFacts, type LayerSketch } from '../../../fixtures/catalogers/layer-facts.ts'
import { digestOf } from '../image/digest.ts'
import { takeInventory } from './inventory.ts'
import type { CoverageEntry, DistroFact, PackageFact } from './package.ts'

const debian: DistroFact = { kind: 'distro', id: 'debian', versionId: '12' }
const deb = (name: string, version = '1'): PackageFact => ({
  kind: 'package',
  type: 'deb',
  name,
  version,
  arch: 'amd64',
})
const npm = (name: string, version = '1.0.0'): PackageFact => ({ kind: 'package', type: 'npm', name, version })

const status = 'var/lib/dpkg/status'
const base: LayerSketch = { evidence: { 'usr/lib/os-release': [debian], [status]: [deb('bash'), deb('apt')] } }

type Layer = LayerSketch | Omit<CoverageEntry, 'subject'>

function inventoryOf(...layers: readonly Layer[]) {
  const read = layers.map((layer) => ('status' in layer ? layer : layerFacts(layer)))
  const descriptors = read.map((_, index) => {
    const digest = digestOf(String(index))
    return { digest, mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', size: 1, diffId: null, createdBy: null }
  })
  return takeInventory({ layers: descriptors, read })
}

const placed = (...layers: readonly Layer[]) =>
  inventoryOf(...layers).packages.map(
    ({ name, version, path, layer }) => `${name} ${version} in ${path} of layer ${layer}`,
  )

test("settings that cannot be read are not the coverage's: nothing of the inventory depends on them", () => {
  const shadow = { symlinks: { 'etc/shadow': '/srv/shadow' }, files: ['srv/shadow'] }
  const passwd = { evidence: { 'etc/passwd': [] }, cataloger: 'accounts', notes: ['line 1 is no account'] }
  expect(inventoryOf(base, shadow, passwd).coverage.filter(({ status }) => status !== 'done')).toEqual([])
})

test('gives packages in order with what they are matched as, and a line for every layer and the operating system', () => {
  expect(inventoryOf(base, { evidence: { 'srv/node_modules/a/package.json': [npm('a')] } })).toEqual({
    distro: { id: 'debian', version: '12', ecosystem: 'Debian:12' },
    packages: [
      {
        type: 'deb',
        name: 'apt',
        version: '1',
        source: null,
        arch: 'amd64',
        licenses: [],
        ecosystem: 'Debian:12',
        purl: 'pkg:deb/debian/apt@1?arch=amd64&distro=debian-12',
        cataloger: 'test',
        path: status,
        layer: 0,
        ownedBy: null,
      },
      expect.objectContaining({ name: 'bash', ecosystem: 'Debian:12', layer: 0 }),
      {
        type: 'npm',
        name: 'a',
        version: '1.0.0',
        source: null,
        arch: null,
        licenses: [],
        ecosystem: 'npm',
        purl: 'pkg:npm/a@1.0.0',
        cataloger: 'test',
        path: 'srv/node_modules/a/package.json',
        layer: 1,
        ownedBy: null,
      },
    ],
    coverage: [
      { subject: 'layer 0', status: 'done' },
      { subject: 'layer 1', status: 'done' },
      { subject: 'os', status: 'done', detail: 'Debian:12' },
    ],
  })
})

describe('a package is of the layer', () => {
  test('that brought its version, not of the one that last wrote the database', () => {
    const second = { evidence: { [status]: [deb('bash'), deb('apt', '2'), deb('curl')] } }
    const third = { evidence: { [status]: [deb('bash'), deb('apt', '2'), deb('curl'), deb('git')] } }
    expect(placed(base, second, {}, third)).toEqual([
      `apt 2 in ${status} of layer 1`,
      `bash 1 in ${status} of layer 0`,
      `curl 1 in ${status} of layer 1`,
      `git 1 in ${status} of layer 3`,
    ])
  })

  test('that brought it back after it was removed', () => {
    const without = { evidence: { [status]: [deb('apt')] } }
    expect(placed(base, without, { evidence: { [status]: [deb('apt'), deb('bash')] } })).toEqual([
      `apt 1 in ${status} of layer 0`,
      `bash 1 in ${status} of layer 2`,
    ])
  })
})

test('lists an OS package once in a root and a language package once for every place', () => {
  const layer = {
    evidence: {
      ...base.evidence,
      'var/lib/dpkg/status.d/bash': [deb('bash')],
      'rootfs/var/lib/dpkg/status': [deb('bash')],
      'srv/node_modules/a/package.json': [npm('a')],
      'opt/node_modules/a/package.json': [npm('a')],
    },
  }
  expect(placed(layer)).toEqual([
    `apt 1 in ${status} of layer 0`,
    `bash 1 in rootfs/${status} of layer 0`,
    `bash 1 in ${status} of layer 0`,
    'a 1.0.0 in opt/node_modules/a/package.json of layer 0',
    'a 1.0.0 in srv/node_modules/a/package.json of layer 0',
  ])
})

test('lists a package once for every place inside an archive, and says which', () => {
  const lamp: PackageFact = {
    kind: 'package',
    type: 'maven',
    name: 'org.harbour:lamp',
    version: '1',
    evidence: 'archive',
  }
  const inner = { ...lamp, within: 'WEB-INF/lib/a.jar' }
  expect(placed({ evidence: { 'opt/a.war': [lamp, inner, { ...lamp, within: 'WEB-INF/lib/b.jar' }, inner] } })).toEqual(
    [
      'org.harbour:lamp 1 in opt/a.war of layer 0',
      'org.harbour:lamp 1 in opt/a.war!/WEB-INF/lib/a.jar of layer 0',
      'org.harbour:lamp 1 in opt/a.war!/WEB-INF/lib/b.jar of layer 0',
    ],
  )
})

test('takes the distribution of another root from that root', () => {
  const alpine: DistroFact = { kind: 'distro', id: 'alpine', versionId: '3.20.3' }
  const apk: PackageFact = { kind: 'package', type: 'apk', name: 'musl', version: '1' }
  const inner = { evidence: { 'rootfs/etc/os-release': [alpine], 'rootfs/lib/apk/db/installed': [apk] } }
  const { distro, packages, coverage } = inventoryOf(base, inner)
  expect(distro?.id).toBe('debian')
  expect(packages.map(({ name, ecosystem }) => [name, ecosystem])).toEqual([
    ['musl', 'Alpine:v3.20'],
    ['apt', 'Debian:12'],
    ['bash', 'Debian:12'],
  ])
  expect(coverage.slice(2)).toEqual([
    { subject: 'os', status: 'done', detail: 'Debian:12' },
    { subject: 'os in rootfs', status: 'done', detail: 'Alpine:v3.20' },
  ])
})

describe('coverage says', () => {
  const unclear = (...layers: readonly Layer[]) =>
    inventoryOf(...layers).coverage.filter((entry) => entry.status !== 'done')

  test('why a layer is missing or has gaps, while the packages of the others are reported', () => {
    const missing = { status: 'skipped', reason: 'FOREIGN_LAYER', detail: 'it is not in the registry' } as const
    const gap = { status: 'partial', reason: 'LAYER_TOO_LARGE', detail: 'the rest was not read' } as const
    expect(unclear(base, missing, { gaps: [gap, gap] })).toEqual([
      { subject: 'layer 1', ...missing },
      { subject: 'layer 2', ...gap },
      { subject: 'layer 2', ...gap },
    ])
    expect(placed(base, missing)).toHaveLength(2)
  })

  test('what a cataloger did not understand in a file that is still there', () => {
    const damaged = { evidence: { 'srv/node_modules/a/package.json': [] }, notes: ['it is not a JSON object'] }
    expect(unclear(base, damaged)).toEqual([
      {
        subject: 'srv/node_modules/a/package.json',
        status: 'partial',
        reason: 'EVIDENCE_UNREADABLE',
        detail: 'it is not a JSON object',
      },
    ])
    expect(unclear(base, damaged, { whiteouts: ['srv'] })).toEqual([])
  })

  test('that evidence is a link to a file which was not read', () => {
    const linked = { files: ['mnt/dpkg/status'], symlinks: { 'var/lib/dpkg': '/mnt/dpkg' } }
    expect(unclear({ evidence: { 'etc/os-release': [debian] } }, linked)).toEqual([
      {
        subject: status,
        status: 'skipped',
        reason: 'EVIDENCE_NOT_READ',
        detail: 'it leads to mnt/dpkg/status, which was not read',
      },
      {
        subject: 'os',
        status: 'no-data',
        reason: 'NO_PACKAGE_DATABASE',
        detail: 'it is debian 12, but no package of it was found',
      },
      {
        subject: 'packages',
        status: 'no-data',
        reason: 'NO_PACKAGES',
        detail: 'no package of any kind was found, which is not the same as none being there',
      },
    ])
  })

  test('nothing of lesser files about the distribution when a better one is believed', () => {
    const lesser = {
      evidence: { 'etc/lsb-release': [] },
      notes: ['it does not name a distribution'],
      files: ['etc/harbour-release'],
      symlinks: { 'etc/redhat-release': 'harbour-release' },
    }
    expect(unclear(base, lesser)).toEqual([])
    expect(unclear({ evidence: { [status]: [deb('bash')] } }, lesser).map(({ subject }) => subject)).toEqual([
      'etc/lsb-release',
      'etc/redhat-release',
      'os',
    ])
  })

  test.each([
    ['nothing names the distribution', [], 'OS_UNKNOWN'],
    ['no feed is known for it', [{ kind: 'distro', id: 'fedora', versionId: '40' }], 'ECOSYSTEM_UNKNOWN'],
    ['its release is not exactly known', [{ kind: 'distro', id: 'debian', versionId: '' }], 'DISTRO_APPROXIMATED'],
    ['its packages are not of its kind', [{ kind: 'distro', id: 'alpine', versionId: '3.20.3' }], 'FOREIGN_PACKAGES'],
  ] satisfies [string, DistroFact[], string][])('that %s', (_, facts, reason) => {
    const [entry] = unclear({ evidence: { 'etc/os-release': facts, [status]: [deb('bash')] } })
    expect(entry).toMatchObject({ subject: 'os', reason })
  })

  test('nothing of an operating system where there is none', () => {
    expect(unclear({ evidence: { 'srv/node_modules/a/package.json': [npm('a')] } })).toEqual([])
  })
})

test('does not match packages that somebody else made, and says so', () => {
  const vendor = 'Docker <support@docker.com>'
  const foreign = { ...deb('docker-ce'), vendor }
  const { packages, coverage } = inventoryOf({
    evidence: { 'etc/os-release': [debian], [status]: [deb('bash'), foreign] },
  })
  expect(packages.map(({ name, ecosystem }) => [name, ecosystem])).toEqual([
    ['bash', 'Debian:12'],
    ['docker-ce', null],
  ])
  expect(coverage.filter(({ subject }) => subject === 'os')).toEqual([
    { subject: 'os', status: 'done', detail: 'Debian:12' },
    {
      subject: 'os',
      status: 'no-data',
      reason: 'THIRD_PARTY_PACKAGE',
      detail: 'others than debian 12 made docker-ce; its advisories say nothing about them',
    },
  ])
})

test('says where the sources of packages are not known', () => {
  const ubuntu: DistroFact = { kind: 'distro', id: 'ubuntu', versionId: '24.04' }
  const manifest = { 'var/lib/chisel/manifest.wall': [deb('lantern')] }
  const { packages, coverage } = inventoryOf(
    { evidence: { 'etc/os-release': [ubuntu] } },
    { cataloger: 'chisel', evidence: manifest },
  )
  expect(packages).toMatchObject([{ name: 'lantern', source: null, ecosystem: 'Ubuntu:24.04:LTS' }])
  expect(coverage).toContainEqual({
    subject: 'os',
    status: 'partial',
    reason: 'SOURCE_UNKNOWN',
    detail: 'nothing says from which sources 1 package came; matched by binary names',
  })
})

test('does not match packages of another kind as the distribution has', () => {
  const alpine: DistroFact = { kind: 'distro', id: 'alpine', versionId: '3.20.3' }
  const [bash] = inventoryOf({ evidence: { 'etc/os-release': [alpine], [status]: [deb('bash')] } }).packages
  expect(bash).toMatchObject({ ecosystem: null, purl: 'pkg:deb/bash@1?arch=amd64' })
})
