import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { dotnetDeps } from './dotnet-deps.ts'

test('wants what applications were published with, not the shared frameworks', () => {
  const wanted = ['app/shop.deps.json', 'usr/share/dotnet/sdk/8.0.203/dotnet.deps.json']
  const others = [
    'app/deps.json',
    'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.3/Microsoft.NETCore.App.deps.json',
  ]
  expect([...wanted, ...others].filter((path) => wants(dotnetDeps, path))).toEqual(wanted)
})

test('reads the packages that bring files, the runtime that was packed in, and those that no target speaks of', () => {
  expect(catalog(dotnetDeps, 'app/shop.deps.json', fixture('dotnet-deps/shop.deps.json'))).toEqual({
    facts: [
      { kind: 'package', type: 'nuget', name: 'Microsoft.NETCore.App.Runtime.linux-x64', version: '8.0.3' },
      { kind: 'package', type: 'nuget', name: 'Harbour.Lantern', version: '2.4.1' },
      { kind: 'package', type: 'nuget', name: 'Harbour.Wick', version: '0.9.0' },
      { kind: 'package', type: 'nuget', name: 'Harbour.Unlisted', version: '1.1.0-beta.2' },
    ],
    notes: [],
  })
})

test.each([
  ['[]', 'it is not a JSON object'],
  ['{"libraries":{"no version":{"type":"package"}}}', 'the name or version of one of its libraries is not a word'],
])('notes %s: %s', (content, problem) => {
  expect(catalog(dotnetDeps, 'app/shop.deps.json', content)).toEqual({ facts: [], notes: [problem] })
})

test('lives through damage', () => {
  expect(() => readDamaged(dotnetDeps, 'app/shop.deps.json', fixture('dotnet-deps/shop.deps.json'))).not.toThrow()
})
