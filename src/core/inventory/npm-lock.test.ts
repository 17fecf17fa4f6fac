import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { npmLock } from './npm-lock.ts'

test('wants the lock files of applications, not of installed packages', () => {
  const wanted = ['package-lock.json', 'srv/app/package-lock.json', 'srv/app/npm-shrinkwrap.json']
  const others = [
    'app/node_modules/.package-lock.json',
    'app/node_modules/lantern/package-lock.json',
    'app/package.json',
    'usr/lib/python3/dist-packages/x/package-lock.json',
    'usr/lib/ruby/gems/3.1.0/gems/lantern-0.2.1/vscode/package-lock.json',
  ]
  expect([...wanted, ...others].filter((path) => wants(npmLock, path))).toEqual(wanted)
})

test.each([
  [
    'version 1, a tree',
    'npm-lock/version-1.json',
    ['@harbour/lantern 2.4.1', 'wick 2.0.0-beta.1', 'string-broad 4.2.3', 'wick 1.0.3'],
  ],
  [
    'version 3, by place',
    'npm-lock/version-3.json',
    ['@harbour/lantern 2.4.1', 'wick 1.0.3', 'wick 2.0.0-beta.1', 'string-broad 4.2.3'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(npmLock, 'app/package-lock.json', fixture(file))).toEqual({
    facts: lockedFacts('npm', ...packages),
    notes: [],
  })
})

test.each([
  ['a byte order mark', '\uFEFF{"packages":{"node_modules/a":{"version":"1.0.0"}}}', ['a 1.0.0']],
  ['the newer of two formats in one file', '{"packages":{},"dependencies":{"a":{"version":"1.0.0"}}}', []],
  [
    'entries of the wrong type',
    '{"dependencies":{"a":1,"b":[],"c":{"version":{}},"d":{"version":"1.0.0","dependencies":7}}}',
    ['d 1.0.0'],
  ],
  ['no packages', '{"lockfileVersion":3}', []],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(npmLock, 'app/package-lock.json', content)).toEqual({
    facts: lockedFacts('npm', ...packages),
    notes: [],
  })
})

test.each([
  ['{"packages":', 'it is not a JSON object'],
  ['[]', 'it is not a JSON object'],
  ['', 'it is not a JSON object'],
  ['{"packages":{"node_modules/a\\u001b":{"version":"1.0.0"}}}', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(npmLock, 'app/package-lock.json', content)).toEqual({ facts: [], notes: [note] })
})

test('reads a tree as deep as the file is long', () => {
  const depth = 20_000
  const levels = Array.from({ length: depth }, (_, level) => `"dependencies":{"a":{"version":"${level}.0.0"`)
  const { facts } = catalog(npmLock, 'package-lock.json', `{${levels.join(',')}${'}'.repeat(2 * depth + 1)}`)
  expect(facts.length).toBe(depth)
})
