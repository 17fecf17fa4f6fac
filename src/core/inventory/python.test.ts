import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { python } from './python.ts'

test('wants metadata of wheels, of setuptools and of distutils', () => {
  const wanted = [
    'usr/lib/python3/dist-packages/lantern-2.4.dist-info/METADATA',
    'opt/Lantern-2.4.DIST-INFO/METADATA',
    'opt/lantern-2.4.egg-info/PKG-INFO',
    'opt/lantern-2.4-py3.11.egg-info',
    'opt/lantern-2.4-py3.11.egg/EGG-INFO/PKG-INFO',
  ]
  const others = [
    'opt/METADATA',
    'opt/PKG-INFO',
    'opt/lantern-2.4.dist-info/RECORD',
    'opt/lantern-2.4.dist-info/sub/METADATA',
  ]
  expect([...wanted, ...others].filter((path) => wants(python, path))).toEqual(wanted)
})

test('reads the header only, with the name as it is written', () => {
  expect(catalog(python, 'opt/lantern_light.kit-2.4.dist-info/METADATA', fixture('python/METADATA'))).toEqual({
    facts: [
      {
        kind: 'package',
        type: 'pypi',
        name: 'Lantern_Light.Kit',
        version: '2.4.1.post1',
        licenses: ['Apache-2.0 OR MIT'],
      },
    ],
    notes: [],
  })
})

test('takes name and version from the directory where the file has none', () => {
  const place = 'opt/lantern_light-2.4.1-py3.11.egg-info/PKG-INFO'
  expect(catalog(python, place, 'Metadata-Version: 1.0\r\n\r\nName: readme\r\n').facts).toEqual([
    { kind: 'package', type: 'pypi', name: 'lantern_light', version: '2.4.1' },
  ])
})

test('skips the interpreter of Python 2, and notes what has no version', () => {
  expect(
    catalog(python, 'usr/lib/python2.7/lib-dynload/Python-2.7.egg-info', 'Name: Python\nVersion: 2.7.18\n'),
  ).toEqual({
    facts: [],
    notes: [],
  })
  expect(catalog(python, 'opt/lantern.egg-info/PKG-INFO', 'Name: lantern\n').notes).toEqual([
    'it has no usable name or version',
  ])
})
