import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { mixLock } from './mix-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['mix.lock', 'srv/app/mix.lock']
  const others = ['srv/app/mix.exs']
  expect([...wanted, ...others].filter((path) => wants(mixLock, path))).toEqual(wanted)
})

test.each([
  ['Hex packages by their name on Hex', 'mix-lock/mix.lock', ['lantern 2.4.1', 'wick_fork 1.0.3', 'old 0.1.0-rc.1']],
])('reads %s', (_, file, packages) => {
  expect(catalog(mixLock, 'app/mix.lock', fixture(file))).toEqual({ facts: lockedFacts('hex', ...packages), notes: [] })
})

test.each([
  ['no packages', '%{}\n', []],
  ['a quoted atom', '%{"a": {:hex, :"a-b", "1.0.0"}}', ['a-b 1.0.0']],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(mixLock, 'app/mix.lock', content)).toEqual({ facts: lockedFacts('hex', ...packages), notes: [] })
})

test.each([
  ['{}', 'it is not a lock file of mix'],
  ['%{"a": {:hex, :a, "1 0"}}', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(mixLock, 'app/mix.lock', content)).toEqual({ facts: [], notes: [note] })
})
