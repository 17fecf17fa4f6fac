import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { rDescription } from './r-description.ts'

test('wants descriptions in libraries', () => {
  const wanted = ['usr/lib/R/site-library/lantern/DESCRIPTION', 'usr/lib/R/library/stats/DESCRIPTION']
  const others = ['srv/lantern/DESCRIPTION', 'usr/lib/R/library/stats/INDEX']
  expect([...wanted, ...others].filter((path) => wants(rDescription, path))).toEqual(wanted)
})

const place = 'usr/lib/R/site-library/lantern/DESCRIPTION'

test('reads an installed package', () => {
  expect(catalog(rDescription, place, fixture('r-description/DESCRIPTION'))).toEqual({
    facts: [{ kind: 'package', type: 'cran', name: 'lantern', version: '2.4-1', licenses: ['GPL (>= 2)'] }],
    notes: [],
  })
})

test.each(['', 'Package: lantern\nVersion: 2.4-1\n', 'a text about a library'])(
  'skips %j, which nobody installed',
  (content) => {
    expect(catalog(rDescription, place, content)).toEqual({ facts: [], notes: [] })
  },
)

test.each([
  ['Package: a\nBuilt: R 4\n', 'it has no usable name or version'],
  ['Package: a b\nVersion: 1\nBuilt: R 4\n', 'it has no usable name or version'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(rDescription, 'usr/lib/R/site-library/lantern/DESCRIPTION', content)).toEqual({
    facts: [],
    notes: [note],
  })
})
