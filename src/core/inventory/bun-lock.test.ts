import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { bunLock } from './bun-lock.ts'

test('wants the lock files of applications, also binary ones', () => {
  const wanted = ['bun.lock', 'srv/app/bun.lockb']
  const others = ['app/node_modules/x/bun.lock', 'app/bun.lock.json']
  expect([...wanted, ...others].filter((path) => wants(bunLock, path))).toEqual(wanted)
})

test.each([
  [
    'JSON with comments and trailing commas',
    'bun-lock/bun.lock',
    ['@harbour/lantern 2.4.1', 'wick 1.0.3', 'string-broad 4.2.3'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(bunLock, 'app/bun.lock', fixture(file))).toEqual({ facts: lockedFacts('npm', ...packages), notes: [] })
})

test.each([
  ['entries of the wrong type', '{"packages":{"a":1,"b":[],"c":[7],"d":["d"],"e":["e@1.0.0"]}}', ['e 1.0.0']],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(bunLock, 'app/bun.lock', content)).toEqual({ facts: lockedFacts('npm', ...packages), notes: [] })
})

test.each([
  ['{"packages":[]}', 'it is not a lock file of bun'],
  ['// only', 'it is not a lock file of bun'],
  ['{"pack', 'it is not a lock file of bun'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(bunLock, 'app/bun.lock', content)).toEqual({ facts: [], notes: [note] })
})

test('notes that the binary lock file is not read', () => {
  const note = "bun's binary lock file is not read; bun.lock is"
  expect(catalog(bunLock, 'app/bun.lockb', Buffer.alloc(8))).toEqual({ facts: [], notes: [note] })
})
