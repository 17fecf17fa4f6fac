import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { npm } from './npm.ts'

const place = 'app/node_modules/x/package.json'

test('wants package.json files of installed packages only', () => {
  const wanted = [
    'app/node_modules/lantern/package.json',
    'node_modules/@harbour/lantern/package.json',
    'app/node_modules/a/node_modules/b/package.json',
    'app/node_modules/.pnpm/@harbour+lantern@2.4.1/node_modules/@harbour/lantern/package.json',
    'usr/local/lib/node_modules/npm/package.json',
    'usr/share/nodejs/lantern/package.json',
    'usr/share/nodejs/@harbour/lantern/package.json',
    'usr/lib/nodejs/lantern/package.json',
  ]
  const others = [
    'app/package.json',
    'app/node_modules/package.json',
    'app/node_modules/lantern/test/package.json',
    'app/node_modules/@harbour/package.json',
    'app/node_modules/.cache/package.json',
    'app/my_node_modules/lantern/package.json',
    'app/node_modules/.package-lock.json',
    'usr/share/nodejs/lantern/dist/package.json',
  ]
  expect([...wanted, ...others].filter((path) => wants(npm, path))).toEqual(wanted)
})

test('reads name and version of the manifest, not of the path, without a v before the version', () => {
  expect(catalog(npm, place, fixture('npm/scoped.json'))).toEqual({
    facts: [{ kind: 'package', type: 'npm', name: '@harbour/lantern', version: '2.4.1', licenses: ['MIT'] }],
    notes: [],
  })
})

test.each([
  ['a byte order mark', '\uFEFF{"name":"a","version":"1.0.0"}', undefined],
  ['a licence as text', '{"name":"a","version":"1.0.0","license":"ISC"}', ['ISC']],
  ['a list of licences', '{"name":"a","version":"1.0.0","licenses":[{"type":"MIT"},"BSD"]}', ['MIT', 'BSD']],
  ['a licence that is none', '{"name":"a","version":"1.0.0","license":{"type":7}}', undefined],
])('reads a manifest with %s', (_, content, licenses) => {
  const fact = { kind: 'package', type: 'npm', name: 'a', version: '1.0.0' }
  expect(catalog(npm, place, content)).toEqual({ facts: [licenses ? { ...fact, licenses } : fact], notes: [] })
})

test.each(['{"type":"module"}', '{"name":"a"}', '{"name":"","version":""}'])('skips the marker %s', (content) => {
  expect(catalog(npm, place, content)).toEqual({ facts: [], notes: [] })
})

test.each([
  ['{"name":', 'it is not a JSON object'],
  ['[1]', 'it is not a JSON object'],
  ['{"name":"a b","version":"1"}', 'its name or version is not a word'],
  ['{"name":"a","version":1}', 'its name or version is not a word'],
  ['{"name":"\\ud800","version":"1"}', 'its name or version is not a word'],
  ['{"name":"a\\u001b[2J","version":"1"}', 'its name or version is not a word'],
])('notes %s: %s', (content, problem) => {
  expect(catalog(npm, place, content)).toEqual({ facts: [], notes: [problem] })
})
