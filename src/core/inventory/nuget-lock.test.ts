import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { nugetLock } from './nuget-lock.ts'

const facts = [
  { kind: 'package', type: 'nuget', name: 'Harbour.Lantern', version: '2.4.1', evidence: 'lockfile' },
  { kind: 'package', type: 'nuget', name: 'Harbour.Wick', version: '0.9.0', evidence: 'lockfile' },
]

test('wants lock files and lists of packages', () => {
  const paths = [
    'src/packages.lock.json',
    'src/packages.config',
    'src/Packages.config',
    'src/nuget.config',
    'src/x.json',
  ]
  expect(paths.filter((path) => wants(nugetLock, path))).toEqual(paths.slice(0, 3))
})

test('reads each package once whatever frameworks ask for it, and no projects', () => {
  const content = fixture('nuget-lock/packages.lock.json')
  expect(catalog(nugetLock, 'src/packages.lock.json', content)).toEqual({ facts, notes: [] })
})

test('reads packages.config, also in UTF-16', () => {
  const content = fixture('nuget-lock/packages.config')
  expect(catalog(nugetLock, 'src/packages.config', content)).toEqual({ facts, notes: [] })
  const wide = Buffer.from(`\uFEFF${content.toString()}`, 'utf16le')
  expect(catalog(nugetLock, 'src/packages.config', wide)).toEqual({ facts, notes: [] })
})

test.each([
  ['packages.lock.json', '[]', 'it is not a JSON object'],
  ['packages.config', '<package id="a"/>', 'the name or version of its package 1 is not a word'],
])('notes what is wrong with %s', (name, content, problem) => {
  expect(catalog(nugetLock, `src/${name}`, content)).toEqual({ facts: [], notes: [problem] })
})

test.each(['packages.lock.json', 'packages.config'])('lives through damage of %s', (name) => {
  expect(() => readDamaged(nugetLock, `src/${name}`, fixture(`nuget-lock/${name}`))).not.toThrow()
})
