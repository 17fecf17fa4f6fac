import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { renvLock } from './renv-lock.ts'

test('wants the lock files of projects', () => {
  const wanted = ['renv.lock', 'srv/renv.lock']
  const others = ['srv/renv/settings.json']
  expect([...wanted, ...others].filter((path) => wants(renvLock, path))).toEqual(wanted)
})

test.each([['every package', 'renv-lock/renv.lock', ['lantern 2.4-1', 'wick 1.0.3']]])(
  'reads %s',
  (_, file, packages) => {
    expect(catalog(renvLock, 'app/renv.lock', fixture(file))).toEqual({
      facts: lockedFacts('cran', ...packages),
      notes: [],
    })
  },
)

test.each([
  ['{}', 'it is not a lock file of renv'],
  ['{', 'it is not a lock file of renv'],
  ['{"Packages":{"a":{}}}', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(renvLock, 'app/renv.lock', content)).toEqual({ facts: [], notes: [note] })
})
