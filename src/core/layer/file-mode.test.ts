import { describe, expect, test } from 'vitest'
import type { ModeFact } from '../inventory/package.ts'
import type { LayerFacts } from './facts.ts'
import { fileMode } from './file-mode.ts'
import { layerLimits } from './limits.ts'
import { overlay } from './overlay.ts'
import { evidenceCataloger, pax, readBytes, tar, type TestEntry } from './test-archive.ts'

const netRaw = { 'SCHILY.xattr.security.capability': Buffer.from('0100000200200000000000000000000000000000', 'hex') }

async function factsOf(...entries: readonly (TestEntry | Buffer)[]): Promise<LayerFacts> {
  return (await readBytes(tar(...entries))).facts
}

/** `path mode of layer first..last`, `first` being the layer since which it has been so. */
function modesIn(layers: readonly LayerFacts[]): string[] {
  return overlay(layers)
    .readings.filter(({ cataloger }) => cataloger === fileMode)
    .flatMap(({ path, facts, layer, earlier }) =>
      facts.map((fact) => {
        const { entry, mode, capabilities = '' } = fact as ModeFact
        return `${path} ${entry} ${mode.toString(8)} ${capabilities} ${earlier.at(-1)?.layer ?? layer}..${layer}`
      }),
    )
}

test('keeps what grants something to others than the owner, and nothing else', async () => {
  const facts = await factsOf(
    { name: 'usr/bin/su', mode: 0o4755 },
    { name: 'usr/bin/wall', mode: 0o2755 },
    { name: 'usr/bin/env', mode: 0o755 },
    { name: 'srv/data', mode: 0o666 },
    { name: 'tmp/', type: '5', mode: 0o1777 },
    { name: 'srv/', type: '5', mode: 0o777 },
    { name: 'var/mail/', type: '5', mode: 0o2775 },
    { name: 'bin', type: '2', link: 'usr/bin', mode: 0o777 },
    { name: 'run/pipe', type: '6', mode: 0o666 },
    { name: 'dev/sda', type: '4', device: [8, 0], mode: 0o660 },
    { name: 'dev/null', type: '3', device: [1, 3], mode: 0o666 },
    { name: 'gone', type: '3', device: [0, 0], mode: 0o666 },
    pax(netRaw),
    { name: 'usr/bin/ping', mode: 0o755 },
  )
  expect(modesIn([facts])).toEqual([
    'usr/bin/su file 4755  0..0',
    'usr/bin/wall file 2755  0..0',
    'srv/data file 666  0..0',
    'srv directory 777  0..0',
    'dev/sda block-device 660  0..0',
    'dev/null character-device 666  0..0',
    'usr/bin/ping file 755 cap_net_raw+ep 0..0',
  ])
})

test('the last entry of a path counts, and what replaces a directory removes what was below it', async () => {
  const facts = await factsOf(
    { name: 'a', mode: 0o4755 },
    { name: 'a', mode: 0o755 },
    { name: 'b/', type: '5' },
    { name: 'b/su', mode: 0o4755 },
    { name: 'b', type: '2', link: 'c' },
  )
  expect(modesIn([facts])).toEqual([])
})

test('a hard link and its target are one file: both have what one of them says', async () => {
  const facts = await factsOf(
    { name: 'first', mode: 0o4755 },
    { name: 'second', type: '1', link: 'first', mode: 0o755 },
    { name: 'third', mode: 0o755 },
    { name: 'fourth', type: '1', link: 'third', mode: 0o4755 },
  )
  expect(modesIn([facts]).map((line) => line.split(' ')[0])).toEqual(['first', 'second', 'fourth', 'third'])
})

test('more of them than the limit are a gap', async () => {
  const many = Array.from({ length: 5 }, (_, index) => ({ name: `su${index}`, mode: 0o4755 }))
  const { facts } = await readBytes(tar(...many), { limits: { ...layerLimits, modes: 3 } })
  expect(modesIn([facts])).toHaveLength(3)
  expect(facts.gaps).toEqual([
    {
      status: 'partial',
      reason: 'TOO_MANY_MODES',
      detail: 'more than 3 files and directories with special modes; not all are listed',
    },
  ])
})

describe('in layers over each other', () => {
  const su = (mode: number) => ({ name: 'usr/bin/su', mode })
  const shared = (mode: number) => ({ name: 'opt/shared/', type: '5', mode })

  test('a mode that an upper layer changes is the upper one', async () => {
    const lower = await factsOf(su(0o4755), shared(0o777))
    expect(modesIn([lower, await factsOf(su(0o755), shared(0o755))])).toEqual([])
    expect(modesIn([await factsOf(su(0o755), shared(0o755)), lower])).toEqual([
      'usr/bin/su file 4755  1..1',
      'opt/shared directory 777  1..1',
    ])
  })

  test('what is written again as it was has been so since the lower layer', async () => {
    const lower = await factsOf(su(0o4755), shared(0o777))
    const upper = await factsOf(shared(0o777), { name: 'opt/shared/new' }, su(0o4755))
    expect(modesIn([lower, upper])).toEqual(['opt/shared directory 777  0..1', 'usr/bin/su file 4755  0..1'])
  })

  test('whiteouts and opaque directories remove it, and a file or link in place of a directory does', async () => {
    const lower = await factsOf(shared(0o777), { name: 'opt/shared/su', mode: 0o4755 })
    expect(modesIn([lower, await factsOf({ name: 'opt/.wh.shared' })])).toEqual([])
    expect(modesIn([lower, await factsOf({ name: 'opt/shared', type: '2', link: '/srv' })])).toEqual([])
    expect(modesIn([lower, await factsOf({ name: 'opt/shared/.wh..wh..opq' })])).toEqual([
      'opt/shared directory 777  0..0',
    ])
  })

  test('it lies where links in its directory lead', async () => {
    const link = await factsOf({ name: 'bin', type: '2', link: 'usr/bin' }, { name: 'usr/bin/', type: '5' })
    expect(modesIn([link, await factsOf({ name: 'bin/su', mode: 0o4755 })])).toEqual(['usr/bin/su file 4755  1..1'])
  })
})

describe('what is only known by its mode has not been read', () => {
  const status = 'var/lib/dpkg/status'
  const dpkg = evidenceCataloger([status])
  const read = async (...entries: readonly TestEntry[]) =>
    (await readBytes(tar(...entries), { catalogers: [dpkg] })).facts

  test('a link to it is unread evidence', async () => {
    const layers = [await read({ name: 'srv/status', mode: 0o666 }, { name: status, type: '2', link: '/srv/status' })]
    const { unread } = overlay(layers, { wants: (path) => path === status, places: [] })
    expect(unread).toEqual([{ path: status, target: 'srv/status' }])
  })

  test('a hard link to it in a lower layer is unread evidence, whatever mode the link has', async () => {
    const layers = [
      await read({ name: 'srv/status', mode: 0o666 }),
      await read({ name: status, type: '1', link: 'srv/status', mode: 0o666 }),
    ]
    expect(overlay(layers).unread).toEqual([{ path: status, target: 'srv/status' }])
  })

  test('a hard link with a mode of its own has what was read of its target', async () => {
    const layers = [
      await read({ name: status, body: '1', mode: 0o666 }),
      await read({ name: `srv/evidence`, type: '1', link: status, mode: 0o4755 }),
    ]
    const { readings, unread } = overlay(layers)
    expect(
      readings
        .filter(({ path }) => path === 'srv/evidence')
        .map(({ cataloger }) => cataloger)
        .toSorted(),
    ).toEqual(['evidence', fileMode])
    expect(unread).toEqual([])
  })
})
