import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { pipfileLock } from './pipfile-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['Pipfile.lock', 'srv/Pipfile.lock']
  const others = ['srv/Pipfile', 'usr/lib/python3/dist-packages/x/Pipfile.lock']
  expect([...wanted, ...others].filter((path) => wants(pipfileLock, path))).toEqual(wanted)
})

test.each([['every section', 'pipfile-lock/Pipfile.lock', ['lantern 2.4.1', 'wick 1.0.3', 'wax 2004.1']]])(
  'reads %s',
  (_, file, packages) => {
    expect(catalog(pipfileLock, 'app/Pipfile.lock', fixture(file))).toEqual({
      facts: lockedFacts('pypi', ...packages),
      notes: [],
    })
  },
)

test.each([
  [
    'sections and entries of the wrong type',
    '{"default":[],"x":7,"develop":{"a":1,"b":{"version":2},"c":{"version":"*"},"d":{"version":"==1.*"}}}',
    [],
  ],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(pipfileLock, 'app/Pipfile.lock', content)).toEqual({
    facts: lockedFacts('pypi', ...packages),
    notes: [],
  })
})

test.each([
  ['{', 'it is not a JSON object'],
  ['{"default":{"a b":{"version":"==1"}}}', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(pipfileLock, 'app/Pipfile.lock', content)).toEqual({ facts: [], notes: [note] })
})
