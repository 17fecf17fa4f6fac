import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { swiftResolved } from './swift-resolved.ts'

test('wants the lock files of applications', () => {
  const wanted = ['Package.resolved', 'srv/app/Package.resolved']
  const others = ['srv/app/Package.swift']
  expect([...wanted, ...others].filter((path) => wants(swiftResolved, path))).toEqual(wanted)
})

test.each([
  [
    'version 1',
    'swift-resolved/version-1.json',
    ['git.example.com/harbour/lantern 2.4.1', 'git.example.com/harbour/wick 1.0.3'],
  ],
  [
    'version 3',
    'swift-resolved/version-3.json',
    ['git.example.com/harbour/lantern 2.4.1', 'git.example.com:2222/harbour/wick 1.0.3'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(swiftResolved, 'app/Package.resolved', fixture(file))).toEqual({
    facts: lockedFacts('swift', ...packages),
    notes: [],
  })
})

test.each([
  [
    'pins of the wrong type',
    '{"pins":[1,[],{},{"location":7,"state":{"version":"1"}},{"location":"a","state":[]}]}',
    [],
  ],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(swiftResolved, 'app/Package.resolved', content)).toEqual({
    facts: lockedFacts('swift', ...packages),
    notes: [],
  })
})

test.each([
  ['{}', 'it is not a Package.resolved of Swift'],
  ['[', 'it is not a Package.resolved of Swift'],
  ['{"pins":[{"location":"a b","state":{"version":"1"}}]}', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(swiftResolved, 'app/Package.resolved', content)).toEqual({ facts: [], notes: [note] })
})
