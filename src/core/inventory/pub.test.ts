import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { pub } from './pub.ts'

test('wants the lock files of applications', () => {
  const wanted = ['pubspec.lock', 'srv/app/pubspec.lock']
  const others = ['srv/app/pubspec.yaml']
  expect([...wanted, ...others].filter((path) => wants(pub, path))).toEqual(wanted)
})

test.each([['hosted packages', 'pub/pubspec.lock', ['lantern 2.4.1', 'wick 1.0.3+1']]])(
  'reads %s',
  (_, file, packages) => {
    expect(catalog(pub, 'app/pubspec.lock', fixture(file))).toEqual({
      facts: lockedFacts('pub', ...packages),
      notes: [],
    })
  },
)

test.each([['no packages', 'packages: {}\n', []]])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(pub, 'app/pubspec.lock', content)).toEqual({ facts: lockedFacts('pub', ...packages), notes: [] })
})

test.each([
  ['sdks:', 'it has no packages section'],
  ['packages:\n  a:\n    source: hosted\n', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(pub, 'app/pubspec.lock', content)).toEqual({ facts: [], notes: [note] })
})
