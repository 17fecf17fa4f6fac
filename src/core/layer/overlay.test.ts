import { describe, expect, test } from 'vitest'
import { layerFacts, type LayerSketch } from '../../../fixtures/catalogers/layer-facts.ts'
import { overlay } from './overlay.ts'

const found = (...layers: readonly LayerSketch[]) =>
  overlay(layers.map(layerFacts)).readings.map(({ path, layer }) => `${path} of layer ${layer}`)

const status = { 'var/lib/dpkg/status': [] }

describe('a file', () => {
  test('of a lower layer survives what does not touch it', () => {
    expect(
      found({ evidence: status }, { directories: ['var', 'var/lib', 'var/lib/dpkg'], files: ['var/lib/dpkg/lock'] }),
    ).toEqual(['var/lib/dpkg/status of layer 0'])
  })

  test('is read from the uppermost layer that has it', () => {
    expect(found({ evidence: status }, { evidence: status }, {})).toEqual(['var/lib/dpkg/status of layer 1'])
  })

  test('is gone where an upper layer has it but could not read it', () => {
    expect(found({ evidence: status }, { files: ['var/lib/dpkg/status'] })).toEqual([])
  })

  test('is gone under a whiteout of itself or of a directory above it', () => {
    expect(found({ evidence: status }, { whiteouts: ['var/lib/dpkg/status'] })).toEqual([])
    expect(found({ evidence: status }, { whiteouts: ['var'] })).toEqual([])
    expect(found({ evidence: status }, { whiteouts: ['var/lib/dpkg/status-old', 'va'] })).toHaveLength(1)
  })

  test('is gone under an opaque directory, the root too', () => {
    expect(found({ evidence: status }, { opaques: ['var/lib'] })).toEqual([])
    expect(found({ evidence: status }, { opaques: [''] })).toEqual([])
  })

  test('survives a whiteout and an opaque directory of its own layer, which mean the layers below', () => {
    const layer = { whiteouts: ['var/lib/dpkg'], opaques: ['var'], evidence: status }
    expect(found({ evidence: { 'var/other': [] } }, layer)).toEqual(['var/lib/dpkg/status of layer 1'])
  })

  test('comes back in a layer above the one that deleted it', () => {
    expect(found({ evidence: status }, { whiteouts: ['var'] }, { evidence: status })).toEqual([
      'var/lib/dpkg/status of layer 2',
    ])
  })

  test('is gone where a file, a link or a directory takes its place or that of a directory above it', () => {
    expect(found({ evidence: status }, { files: ['var/lib'] })).toEqual([])
    expect(found({ evidence: status }, { symlinks: { var: 'srv' } })).toEqual([])
    expect(found({ evidence: status }, { directories: ['var/lib/dpkg/status'] })).toEqual([])
  })
})

describe('a symlinked directory', () => {
  const base = { symlinks: { lib: 'usr/lib' } }
  const below = { 'lib/apk/db/installed': [] }
  const real = { 'usr/lib/apk/db/installed': [] }

  test('leads entries of upper layers to where it points', () => {
    expect(found(base, { evidence: below })).toEqual(['usr/lib/apk/db/installed of layer 1'])
    expect(found({ ...base, evidence: real }, { evidence: below })).toEqual(['usr/lib/apk/db/installed of layer 1'])
  })

  test('leads whiteouts, opaque directories and files there too', () => {
    const lower = { ...base, evidence: real }
    expect(found(lower, { whiteouts: ['lib/apk'] })).toEqual([])
    expect(found(lower, { opaques: ['lib/apk'] })).toEqual([])
    expect(found(lower, { opaques: ['lib'] })).toEqual([])
    expect(found(lower, { files: ['lib/apk/db'] })).toEqual([])
  })

  test('hides the directory of a lower layer whose place it takes', () => {
    expect(found({ evidence: below }, base)).toEqual([])
  })

  test('ends where an upper layer puts a directory in its place', () => {
    const lower = { ...base, evidence: real }
    expect(found(lower, { directories: ['lib', 'lib/apk', 'lib/apk/db'], evidence: below })).toEqual([
      'usr/lib/apk/db/installed of layer 0',
      'lib/apk/db/installed of layer 1',
    ])
  })

  test('may be in the same layer as what is below it', () => {
    expect(found({ ...base, evidence: below })).toEqual(['usr/lib/apk/db/installed of layer 0'])
  })

  test('is followed in chains, from the root, and not above it', () => {
    const symlinks = { a: 'b', b: '/c/../d', d: '../../../e', 'x/y': '../e' }
    expect(found({ symlinks }, { evidence: { 'a/1': [], 'x/y/2': [] } })).toEqual(['e/1 of layer 1', 'e/2 of layer 1'])
  })

  test('that leads in a circle is not followed', () => {
    expect(found({ symlinks: { a: 'b', b: 'a', c: 'c/d' } }, { evidence: { 'a/1': [], 'c/2': [] } })).toEqual([
      'a/1 of layer 1',
      'c/2 of layer 1',
    ])
  })

  test('is gone with the directory that it lies in', () => {
    expect(
      found({ symlinks: { 'opt/lib': '/usr/lib' } }, { whiteouts: ['opt'] }, { evidence: { 'opt/lib/1': [] } }),
    ).toEqual(['opt/lib/1 of layer 2'])
  })
})

describe('a hard link', () => {
  test('has what was read of its target in a lower layer, also when the target is gone later', () => {
    const link = { hardlinks: { 'srv/var/lib/dpkg/status': 'var/lib/dpkg/status' } }
    expect(found({ evidence: status }, link, { whiteouts: ['var'] })).toEqual(['srv/var/lib/dpkg/status of layer 1'])
  })

  test('to a file of a lower layer that was not read is unread evidence, and a dangling one is nothing', () => {
    const layers = [
      { files: ['srv/data'] },
      { hardlinks: { 'lib/apk/db/installed': 'srv/data', 'etc/os-release': 'srv/none' } },
    ]
    expect(overlay(layers.map(layerFacts)).unread).toEqual([{ path: 'lib/apk/db/installed', target: 'srv/data' }])
  })

  test('that is overwritten later is no unread evidence', () => {
    const layers = [
      { files: ['srv/data'] },
      { hardlinks: { 'lib/apk/db/installed': 'srv/data' } },
      { whiteouts: ['lib'] },
    ]
    expect(overlay(layers.map(layerFacts)).unread).toEqual([])
  })
})

describe('evidence that is a symlink', () => {
  const wants = (path: string) => path.endsWith('os-release')
  const unread = (...layers: readonly LayerSketch[]) =>
    overlay(layers.map(layerFacts), { wants, places: ['var/lib/dpkg/status'] }).unread

  test('to a file that was read does not count twice', () => {
    const layer = { symlinks: { 'etc/os-release': '../usr/lib/os-release' }, evidence: { 'usr/lib/os-release': [] } }
    expect(found(layer)).toEqual(['usr/lib/os-release of layer 0'])
    expect(unread(layer)).toEqual([])
  })

  test('to a file that was not read is unread, and a dangling one is nothing', () => {
    const layer = { symlinks: { 'etc/os-release': '/srv/release' } }
    expect(unread({ files: ['srv/release'] }, layer)).toEqual([{ path: 'etc/os-release', target: 'srv/release' }])
    expect(unread({ files: ['srv/release'] }, layer, { whiteouts: ['srv'] })).toEqual([])
    expect(unread(layer)).toEqual([])
  })

  test('or lies below one is unread where it is expected', () => {
    expect(unread({ files: ['srv/dpkg/status'] }, { symlinks: { 'var/lib/dpkg': '/srv/dpkg' } })).toEqual([
      { path: 'var/lib/dpkg/status', target: 'srv/dpkg/status' },
    ])
  })
})

test('keeps what a file was before, as far back as it was rewritten and not deleted', () => {
  const layers = [
    { evidence: status },
    { whiteouts: ['var'] },
    { evidence: status },
    {},
    { evidence: status },
    { evidence: status },
  ]
  const [reading] = overlay(layers.map(layerFacts)).readings
  expect(reading?.earlier.map(({ layer }) => layer)).toEqual([4, 2])
})

test('keeps the readings of several catalogers of one file', () => {
  const facts = layerFacts({ evidence: status })
  const twice = {
    ...facts,
    readings: [...facts.readings, ...facts.readings.map((one) => ({ ...one, cataloger: 'other' }))],
  }
  expect(overlay([facts, twice]).readings.map(({ cataloger, layer }) => [cataloger, layer])).toEqual([
    ['test', 1],
    ['other', 1],
  ])
})

test('leaves out a layer that could not be read', () => {
  expect(overlay([layerFacts({ evidence: status }), undefined]).readings).toHaveLength(1)
})

test('says that it is not complete where there are more links than anybody could want', () => {
  const target = `${'../'.repeat(200)}usr`
  const symlinks = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`link-${index}`, target]))
  const files = Object.keys(symlinks).map((link) => `${link}/file`)
  const { isComplete } = overlay([layerFacts({ symlinks }), layerFacts({ files })])
  expect(isComplete).toBe(false)
})

test('takes paths as deep as an archive can have them', () => {
  const deep = `${'a/'.repeat(2000)}status`
  expect(found({ evidence: { [deep]: [] } }, { symlinks: { [`${deep}-link`]: 'a' }, whiteouts: ['b'] })).toEqual([
    `${deep} of layer 0`,
  ])
  expect(found({ evidence: { [deep]: [] } }, { whiteouts: ['a'] })).toEqual([])
})
