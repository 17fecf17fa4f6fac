import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { cargoLock } from './cargo-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['Cargo.lock', 'srv/shop/Cargo.lock']
  const others = [
    'srv/shop/Cargo.toml',
    'root/.cargo/registry/src/index-1a2b/lantern-2.4.1/Cargo.lock',
    'usr/local/cargo/registry/src/index-1a2b/lantern-2.4.1/Cargo.lock',
  ]
  expect([...wanted, ...others].filter((path) => wants(cargoLock, path))).toEqual(wanted)
})

test.each([
  ['the crates of registries', 'cargo-lock/Cargo.lock', ['lantern 2.4.1', 'wick 1.0.3', 'wick 2.0.0-beta.1+build.5']],
])('reads %s', (_, file, packages) => {
  expect(catalog(cargoLock, 'app/Cargo.lock', fixture(file))).toEqual({
    facts: lockedFacts('cargo', ...packages),
    notes: [],
  })
})

test.each([
  [
    'the first format',
    '[root]\nname = "a"\nversion = "1.0.0"\n\n[[package]]\nname = "b"\nversion = "2.0.0"\nsource = "registry+https://example.com"\n',
    ['b 2.0.0'],
  ],
  ['no packages', 'version = 4\n', []],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(cargoLock, 'app/Cargo.lock', content)).toEqual({ facts: lockedFacts('cargo', ...packages), notes: [] })
})

test.each([
  ['{}', 'it has text that is not TOML'],
  [
    '[[package]]\nname = "a"\nsource = "registry+https://example.com"',
    'the name or version of its package 1 is not a word',
  ],
])('notes of %j: %s', (content, note) => {
  expect(catalog(cargoLock, 'app/Cargo.lock', content)).toEqual({ facts: [], notes: [note] })
})
