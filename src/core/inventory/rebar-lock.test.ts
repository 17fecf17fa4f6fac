import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { rebarLock } from './rebar-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['rebar.lock', 'srv/app/rebar.lock']
  const others = ['srv/app/rebar.config']
  expect([...wanted, ...others].filter((path) => wants(rebarLock, path))).toEqual(wanted)
})

test.each([['Hex packages by their name on Hex', 'rebar-lock/rebar.lock', ['lantern 2.4.1', 'wick_fork 1.0.3']]])(
  'reads %s',
  (_, file, packages) => {
    expect(catalog(rebarLock, 'app/rebar.lock', fixture(file))).toEqual({
      facts: lockedFacts('hex', ...packages),
      notes: [],
    })
  },
)

test.each([
  ['no packages', '[].\n', []],
  ['the format before versions', '[{<<"a">>,{pkg,<<"a">>,<<"1.0.0">>},0}].', ['a 1.0.0']],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(rebarLock, 'app/rebar.lock', content)).toEqual({ facts: lockedFacts('hex', ...packages), notes: [] })
})

test.each([
  ['<html>', 'it is not a lock file of rebar3'],
  ['[{pkg,<<"a b">>,<<"1">>}].', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(rebarLock, 'app/rebar.lock', content)).toEqual({ facts: [], notes: [note] })
})
