import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { readDamaged } from '../../../fixtures/catalogers/damage.ts'
import { gemspec } from './gemspec.ts'

const place = 'usr/local/bundle/specifications/lantern-2.4.1-x86_64-linux.gemspec'

test('wants installed specifications, not those of source trees', () => {
  const wanted = [
    place,
    'usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec',
    'usr/share/rubygems-integration/all/specifications/rake-13.0.6.gemspec',
  ]
  const others = [
    'usr/local/bundle/gems/lantern-2.4.1/lantern.gemspec',
    'app/shop.gemspec',
    'x/specifications/notes.txt',
  ]
  expect([...wanted, ...others].filter((path) => wants(gemspec, path))).toEqual(wanted)
})

test('reads the stub line, without the platform, and the licences', () => {
  expect(catalog(gemspec, place, fixture('gemspec/lantern-2.4.1-x86_64-linux.gemspec'))).toEqual({
    facts: [{ kind: 'package', type: 'gem', name: 'lantern', version: '2.4.1', licenses: ['MIT', 'Ruby'] }],
    notes: [],
  })
})

test.each([
  [
    'texts',
    'g/specifications/x.gemspec',
    '  s.name = "wick".freeze\n  s.version = Gem::Version.new("0.9")\n',
    'wick 0.9',
  ],
  ['the file name', 'g/specifications/oil-can-2.0.0-java.gemspec', '  s.version = Oil::VERSION\n', 'oil-can 2.0.0'],
  ['the file name', 'g/specifications/net-8-1.0.rc1.gemspec', '', 'net-8 1.0.rc1'],
])('reads %s where there is no stub line', (_, path, content, expected) => {
  const found = catalog(gemspec, path, content)
  expect(found.facts.map((fact) => fact.kind === 'package' && `${fact.name} ${fact.version}`)).toEqual([expected])
  expect(found.notes).toEqual([])
})

test('notes what has no version', () => {
  expect(catalog(gemspec, 'g/specifications/wick.gemspec', 's.name = "wick"')).toEqual({
    facts: [],
    notes: ['it has no usable name or version'],
  })
})

test('lives through damage', () => {
  expect(() => readDamaged(gemspec, place, fixture('gemspec/lantern-2.4.1-x86_64-linux.gemspec'))).not.toThrow()
})
