import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyPair } from '../test/support/signatures.ts'
import { loadConfig } from './config.ts'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tallyman-config-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function keysOf(keys: object, environment: Readonly<Record<string, string>> = {}) {
  const file = join(directory, 'tallyman.yaml')
  await writeFile(file, JSON.stringify({ signatures: { keys } }))
  return loadConfig(file, environment).signatures.keys
}

test('keys for signatures are read from a file, the configuration or a variable', async () => {
  const [release, ci, team] = [keyPair(), keyPair('ed25519'), keyPair('rsa')].map(({ publicKey }) => publicKey)
  const file = join(directory, 'release.pub')
  await writeFile(file, release!)
  const variable = { TALLYMAN_SIGNATURES_KEYS_TEAM_KEY: team! }
  expect(await keysOf({ release: { file }, ci: { key: ci }, team: {} }, variable)).toEqual([
    { name: 'release', pem: release },
    { name: 'ci', pem: ci },
    { name: 'team', pem: team },
  ])
})

test('what is wrong with a key for signatures is said with its name', async () => {
  const key = keyPair().publicKey
  await expect(keysOf({ release: {} })).rejects.toThrow('signatures.keys.release: give either file or key')
  await expect(keysOf({ release: { key, file: 'a.pub' } })).rejects.toThrow('signatures.keys.release: give either')
  await expect(keysOf({ release: { file: '/nowhere/a.pub' } })).rejects.toThrow(
    'signatures.keys.release.file: cannot read /nowhere/a.pub',
  )
  await expect(keysOf({ release: { key: 'MFkw' } })).rejects.toThrow('signatures.keys.release.key is not one PEM')
  await expect(keysOf({ release: { key, algorithm: 'rsa' } })).rejects.toThrow('unknown key algorithm')
})
