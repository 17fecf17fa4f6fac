import { describe, expect, test } from 'vitest'
import { layerLimits } from '../layer/limits.ts'
import { blobOf, evidenceCataloger, readBytes, tar, type TestEntry } from '../layer/test-archive.ts'
import { joined, randomText, privateKeyPem } from '../secrets/test-secrets.ts'
import { secrets } from './secrets.ts'

const token = `${joined('glp', 'at-')}${randomText(20)}`
const read = async (...entries: TestEntry[]) => {
  const catalogers = [evidenceCataloger(), secrets]
  const { facts } = await readBytes(tar(...entries), { catalogers })
  return facts.readings
}

describe('secrets in the files of a layer', () => {
  test('are found in files of a few bytes and in files of many, with their lines', async () => {
    const filler = 'nothing to see here\n'.repeat(10_000)
    const readings = await read({ name: 'srv/a', body: token }, { name: 'srv/b', body: `${filler}${token}\n` })
    expect(readings).toEqual([
      {
        path: 'srv/a',
        cataloger: 'secrets',
        facts: [{ kind: 'secret', rule: 'gitlab-token', line: 1, redacted: 'glpat-… (26 characters)' }],
        notes: [],
      },
      {
        path: 'srv/b',
        cataloger: 'secrets',
        facts: [{ kind: 'secret', rule: 'gitlab-token', line: 10_001, redacted: 'glpat-… (26 characters)' }],
        notes: [],
      },
    ])
  })

  test('are found in files that other catalogers read, beside what these find', async () => {
    const readings = await read({ name: 'srv/evidence', body: `token ${token}` })
    expect(readings.map(({ cataloger, facts }) => [cataloger, facts.length])).toEqual([
      ['evidence', 1],
      ['secrets', 1],
    ])
  })

  test('are found under the name of every hard link to the file', async () => {
    const readings = await read(
      { name: 'root/key.pem', body: privateKeyPem() },
      { name: 'srv/key.pem', type: '1', link: 'root/key.pem' },
    )
    expect(readings.map(({ path }) => path)).toEqual(['root/key.pem', 'srv/key.pem'])
  })

  test('are those of the last file where a path occurs twice', async () => {
    expect(await read({ name: 'srv/a', body: token }, { name: 'srv/a', body: 'nothing' })).toEqual([])
  })

  test('are not looked for in programs, pictures and archives', async () => {
    const program = Buffer.concat([Buffer.from('\x7fELF\0\0'), Buffer.from(`${token}\n`.repeat(40))])
    expect(
      await read({ name: 'usr/bin/app', body: program }, { name: 'srv/a.png', body: `${token}\n`.repeat(40) }),
    ).toEqual([])
  })

  test('are not looked for in files of more than 8 MiB, which are data', async () => {
    const body = Buffer.alloc(9 * 2 ** 20, 'a line of data\n')
    body.write(`\n${token}\n`, 100)
    expect(await read({ name: 'srv/data.csv', body })).toEqual([])
  })

  test('a layer with more text than its limit says that not all of it was searched', async () => {
    const bytes = tar({ name: 'a', body: token }, { name: 'b', body: token })
    const { facts } = await readBytes(bytes, {
      catalogers: [secrets],
      limits: { ...layerLimits, besideBytes: 30 },
      blob: blobOf(bytes),
    })
    expect(facts.readings.map(({ path }) => path)).toEqual(['a'])
    expect(facts.gaps.map(({ reason }) => reason)).toEqual(['TOO_MUCH_TEXT'])
  })
})
