import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { dotnetRuntime } from './dotnet-runtime.ts'

const place = 'usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.3/Microsoft.NETCore.App.deps.json'

test('wants the one list that each shared framework has', () => {
  const asp = 'usr/lib/dotnet/shared/Microsoft.AspNetCore.App/8.0.3/Microsoft.AspNetCore.App.deps.json'
  const others = ['app/Microsoft.NETCore.App.deps.json', 'x/shared/Microsoft.NETCore.App/8.0.3/other.deps.json']
  expect([place, asp, ...others].filter((path) => wants(dotnetRuntime, path))).toEqual([place, asp])
})

test('is one package, with the version of the folder and the platform of the list', () => {
  expect(catalog(dotnetRuntime, place, fixture('dotnet-runtime/Microsoft.NETCore.App.deps.json'))).toEqual({
    facts: [{ kind: 'package', type: 'nuget', name: 'Microsoft.NETCore.App.Runtime.linux-musl-x64', version: '8.0.3' }],
    notes: [],
  })
})

test('notes what is not the list, and a platform that is missing', () => {
  expect(catalog(dotnetRuntime, place, 'x')).toEqual({
    facts: [],
    notes: ['it is not the list of a shared framework'],
  })
  expect(catalog(dotnetRuntime, place, '{}')).toEqual({
    facts: [{ kind: 'package', type: 'nuget', name: 'Microsoft.NETCore.App', version: '8.0.3' }],
    notes: ['it does not say which platform it is for, so advisories may not be found'],
  })
})

test('lives through damage', () => {
  const intact = fixture('dotnet-runtime/Microsoft.NETCore.App.deps.json')
  expect(() => readDamaged(dotnetRuntime, place, intact)).not.toThrow()
})
