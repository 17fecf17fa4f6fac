import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { denoLock } from './deno-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['deno.lock']
  const others = ['app/node_modules/x/deno.lock', 'deno.json']
  expect([...wanted, ...others].filter((path) => wants(denoLock, path))).toEqual(wanted)
})

test.each([
  ['version 3', 'deno-lock/version-3.json', ['@harbour/lantern 2.4.1', 'wick 1.0.3']],
  ['version 5', 'deno-lock/version-5.json', ['@harbour/lantern 2.4.1', 'wick 1.0.3']],
])('reads %s', (_, file, packages) => {
  expect(catalog(denoLock, 'app/deno.lock', fixture(file))).toEqual({
    facts: lockedFacts('npm', ...packages),
    notes: [],
  })
})

test.each([
  ['version 2', '{"version":"2","npm":{"specifiers":{},"packages":{"a@1.0.0":{}}}}', ['a 1.0.0']],
  ['no npm packages', '{"version":"5","npm":7}', []],
  ['keys without a version', '{"npm":{"a":{},"@b":{},"c@d":{}}}', []],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(denoLock, 'app/deno.lock', content)).toEqual({ facts: lockedFacts('npm', ...packages), notes: [] })
})

test.each([
  ['{"npm"', 'it is not a JSON object'],
  ['{"npm":{"a b@1.0.0":{}}}', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(denoLock, 'app/deno.lock', content)).toEqual({ facts: [], notes: [note] })
})
