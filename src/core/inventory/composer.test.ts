import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { composer } from './composer.ts'

const place = 'srv/vendor/composer/installed.json'

test('wants installed.json of Composer, whatever its vendor folder is called', () => {
  const wanted = [place, 'srv/libraries/composer/installed.json']
  const others = ['srv/installed.json', 'srv/vendor/composer/installed.php', 'srv/mycomposer/installed.json']
  expect([...wanted, ...others].filter((path) => wants(composer, path))).toEqual(wanted)
})

const facts = [
  { kind: 'package', type: 'composer', name: 'harbour/lantern', version: 'v2.4.1', licenses: ['MIT'] },
  {
    kind: 'package',
    type: 'composer',
    name: 'harbour/wick',
    version: 'dev-main',
    licenses: ['MIT OR GPL-2.0-or-later'],
  },
]

test('reads the object of Composer 2, without metapackages', () => {
  expect(catalog(composer, place, fixture('composer/installed.json'))).toEqual({ facts, notes: [] })
})

test('reads the list of Composer 1', () => {
  const { packages } = JSON.parse(fixture('composer/installed.json').toString()) as { packages: unknown }
  expect(catalog(composer, place, JSON.stringify(packages))).toEqual({ facts, notes: [] })
})

test.each([
  ['{"packages":', 'it is not a list of packages'],
  ['{"packages":{}}', 'it is not a list of packages'],
  ['[{"name":"a b","version":"1"}]', 'the name or version of its package 1 is not a word'],
  ['[7]', 'the name or version of its package 1 is not a word'],
])('notes %s: %s', (content, problem) => {
  expect(catalog(composer, place, content)).toEqual({ facts: [], notes: [problem] })
})

test('lives through damage', () => {
  expect(() => readDamaged(composer, place, fixture('composer/installed.json'))).not.toThrow()
})
