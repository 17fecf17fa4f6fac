import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { juliaManifest } from './julia-manifest.ts'

test('wants manifests of Julia', () => {
  const wanted = ['Manifest.toml', 'srv/JuliaManifest.toml', 'root/.julia/environments/v1.10/Manifest-v1.10.toml']
  const others = ['srv/Project.toml', 'srv/MyManifest.toml', 'srv/Manifest.json']
  expect([...wanted, ...others].filter((path) => wants(juliaManifest, path))).toEqual(wanted)
})

test.each([
  ['version 2', 'julia-manifest/Manifest.toml', ['Lantern 2.4.1', 'Wick_jll 1.0.3+0']],
  ['version 1', 'julia-manifest/version-1.toml', ['Lantern 2.4.1']],
])('reads %s', (_, file, packages) => {
  expect(catalog(juliaManifest, 'app/Manifest.toml', fixture(file))).toEqual({
    facts: lockedFacts('julia', ...packages),
    notes: [],
  })
})

test.each([['a manifest of another tool', '[[package]]\nname = "a"\nversion = "1"\n', []]])(
  'takes %s',
  (_, content, packages: string[]) => {
    expect(catalog(juliaManifest, 'app/Manifest.toml', content)).toEqual({
      facts: lockedFacts('julia', ...packages),
      notes: [],
    })
  },
)

test.each([
  ['{}', 'it has text that is not TOML'],
  ['[["a b"]]\nuuid = "1"\nversion = "1"\n', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(juliaManifest, 'app/Manifest.toml', content)).toEqual({ facts: [], notes: [note] })
})
