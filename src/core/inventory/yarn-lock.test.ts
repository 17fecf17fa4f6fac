import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { yarnLock } from './yarn-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['yarn.lock', 'srv/app/yarn.lock']
  const others = ['app/node_modules/lantern/yarn.lock', 'app/yarn.lock.bak', 'app/.yarn.lock']
  expect([...wanted, ...others].filter((path) => wants(yarnLock, path))).toEqual(wanted)
})

test.each([
  [
    'version 1',
    'yarn-lock/version-1.lock',
    ['@harbour/lantern 2.4.1', 'wick 1.0.3', 'string-broad 4.2.3', 'buoy 0.3.0'],
  ],
  [
    'the YAML of later versions',
    'yarn-lock/berry.lock',
    ['@harbour/lantern 2.4.1', 'wick 1.0.3', 'string-broad 4.2.3'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(yarnLock, 'app/yarn.lock', fixture(file))).toEqual({
    facts: lockedFacts('npm', ...packages),
    notes: [],
  })
})

test.each([
  ['line ends of Windows', '# yarn lockfile v1\r\n\r\na@^1:\r\n  version "1.0.0"\r\n', ['a 1.0.0']],
  ['an empty file', '\n', []],
  ['entries without a version', '# yarn lockfile v1\na@^1:\n  resolved "x"\nb@^1:\nc:\n  version "1.0.0"\n', []],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(yarnLock, 'app/yarn.lock', content)).toEqual({ facts: lockedFacts('npm', ...packages), notes: [] })
})

test.each([
  ['{}', 'it is not a lock file of yarn'],
  ['# yarn lockfile v1\na\u0007@1:\n  version "1.0.0"', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(yarnLock, 'app/yarn.lock', content)).toEqual({ facts: [], notes: [note] })
})
