import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { erlangApp } from './erlang-app.ts'

test('wants application files of Erlang', () => {
  const wanted = ['opt/app/lib/lantern-2.4.1/ebin/lantern.app', 'app/_build/prod/lib/lantern/ebin/lantern.app']
  const others = ['opt/Lantern.app', 'opt/ebin/lantern.beam', 'opt/lantern/src/lantern.app']
  expect([...wanted, ...others].filter((path) => wants(erlangApp, path))).toEqual(wanted)
})

const place = 'opt/app/lib/lantern-2.4.1/ebin/lantern.app'

test('reads an installed application', () => {
  expect(catalog(erlangApp, place, fixture('erlang-app/lantern.app'))).toEqual({
    facts: [{ kind: 'package', type: 'hex', name: 'lantern', version: '2.4.1' }],
    notes: [],
  })
})

test('does not take a part of Erlang for a package of Hex', () => {
  expect(catalog(erlangApp, place, '{application, ssl, [{vsn, "11.0"}]}.')).toEqual({
    facts: [{ kind: 'package', type: 'generic', name: 'ssl', version: '11.0' }],
    notes: [],
  })
})

test.each(['', '<plist/>', 'application'])('skips %j, which is none', (content) => {
  expect(catalog(erlangApp, place, content)).toEqual({ facts: [], notes: [] })
})

test.each([
  ['{application, a, []}.', 'it has no usable version'],
  ['{application, a, [{vsn, ""}]}.', 'it has no usable version'],
  ['{application, a, [{vsn, "1 2"}]}.', 'it has no usable version'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(erlangApp, 'opt/app/lib/lantern-2.4.1/ebin/lantern.app', content)).toEqual({
    facts: [],
    notes: [note],
  })
})
