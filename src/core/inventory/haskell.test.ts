import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { haskell } from './haskell.ts'

test('wants the lock files of stack and cabal', () => {
  const wanted = ['stack.yaml.lock', 'srv/cabal.project.freeze']
  const others = ['srv/stack.yaml', 'srv/cabal.project']
  expect([...wanted, ...others].filter((path) => wants(haskell, path))).toEqual(wanted)
})

test.each([
  ['stack.yaml.lock', 'haskell/stack.yaml.lock'],
  ['cabal.project.freeze', 'haskell/cabal.project.freeze'],
])('reads %s', (path, file) => {
  const facts = lockedFacts('hackage', 'brass-lantern 2.4.1', 'wick 1.0.3.0')
  expect(catalog(haskell, path, fixture(file))).toEqual({ facts, notes: [] })
})

test.each([
  ['stack.yaml.lock', 'packages: []\nsnapshots: []\n'],
  ['cabal.project.freeze', 'constraints: aeson +flag\n'],
])('takes a %s without packages', (path, content) => {
  expect(catalog(haskell, path, content)).toEqual({ facts: [], notes: [] })
})

test.each([
  ['stack.yaml.lock', '{}'],
  ['cabal.project.freeze', 'any.a ==1.0'],
])('notes of a %s that is none: %s', (path, content) => {
  const note = 'it has none of the sections that such a file has'
  expect(catalog(haskell, path, content)).toEqual({ facts: [], notes: [note] })
})
