import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { pnpmLock } from './pnpm-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['pnpm-lock.yaml', 'srv/app/pnpm-lock.yaml']
  const others = ['app/node_modules/.pnpm/lock.yaml', 'app/node_modules/x/pnpm-lock.yaml']
  expect([...wanted, ...others].filter((path) => wants(pnpmLock, path))).toEqual(wanted)
})

test.each([
  [
    'version 5, names and versions between slashes',
    'pnpm-lock/version-5.yaml',
    ['@harbour/lantern 2.4.1', 'wick 1.0.3', 'mirror 0.1.0', 'buoy 0.3.0'],
  ],
  ['version 6, an at sign and peers in brackets', 'pnpm-lock/version-6.yaml', ['@harbour/lantern 2.4.1', 'wick 1.0.3']],
  [
    'version 9, with a document about pnpm before it',
    'pnpm-lock/version-9.yaml',
    ['pnpm 11.0.0', '@harbour/lantern 2.4.1', 'wick 1.0.3', 'buoy 0.3.0'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(pnpmLock, 'app/pnpm-lock.yaml', fixture(file))).toEqual({
    facts: lockedFacts('npm', ...packages),
    notes: [],
  })
})

test.each([
  ['line ends of Windows', "lockfileVersion: '9.0'\r\npackages:\r\n  a@1.0.0:\r\n    resolution: {}\r\n", ['a 1.0.0']],
  ['no packages', "lockfileVersion: '9.0'\n", []],
  ['keys that name no version', "lockfileVersion: '9.0'\npackages:\n  a:\n  '@':\n  '@b@':\n  c@d:\n", []],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(pnpmLock, 'app/pnpm-lock.yaml', content)).toEqual({
    facts: lockedFacts('npm', ...packages),
    notes: [],
  })
})

test.each([
  ['packages: {}', 'it is not a lock file of pnpm'],
  ["lockfileVersion: '9.0'\npackages:\n  a\u001b@1.0.0:\n", 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(pnpmLock, 'app/pnpm-lock.yaml', content)).toEqual({ facts: [], notes: [note] })
})
