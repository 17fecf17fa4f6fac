import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { conda } from './conda.ts'

test('wants the records of environments', () => {
  const wanted = ['opt/conda/conda-meta/lantern-2.4.1-py312_0.json', 'conda-meta/a-1-0.json']
  const others = [
    'opt/conda/conda-meta/history',
    'opt/conda/conda-meta/x/y.json',
    'opt/myconda-meta.json',
    'opt/conda/pkgs/x/info/index.json',
  ]
  expect([...wanted, ...others].filter((path) => wants(conda, path))).toEqual(wanted)
})

test('reads an installed package', () => {
  expect(catalog(conda, 'opt/conda/conda-meta/x.json', fixture('conda/lantern.json'))).toEqual({
    facts: [{ kind: 'package', type: 'conda', name: 'lantern', version: '2.4.1', licenses: ['BSD-3-Clause'] }],
    notes: [],
  })
})

test.each([
  ['{', 'it is not a JSON object'],
  ['[]', 'it is not a JSON object'],
  ['{"name":"a"}', 'its name or version is not a word'],
  ['{"name":"a","version":"1 2"}', 'its name or version is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(conda, 'opt/conda/conda-meta/x.json', content)).toEqual({ facts: [], notes: [note] })
})

test('what a package owns lies in its environment', () => {
  const record = {
    name: 'a',
    version: '1',
    files: ['bin/a', 'include/a.h', 7, 'lib/python3.12/site-packages/a-1.dist-info/METADATA'],
  }
  expect(catalog(conda, 'opt/conda/conda-meta/a.json', JSON.stringify(record)).facts.slice(1)).toEqual([
    {
      kind: 'ownership',
      type: 'conda',
      name: 'a',
      paths: 'opt/conda/bin/a\nopt/conda/lib/python3.12/site-packages/a-1.dist-info/METADATA',
    },
  ])
})
