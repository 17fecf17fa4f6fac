import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { requirements } from './requirements.ts'

test('wants the requirements of applications', () => {
  const wanted = ['requirements.txt', 'srv/requirements-dev.txt', 'srv/dev-requirements.txt']
  const others = [
    'srv/requirements.in',
    'srv/requirements/readme.md',
    'usr/lib/python3/dist-packages/x/requirements.txt',
    'srv/constraints.txt',
  ]
  expect([...wanted, ...others].filter((path) => wants(requirements, path))).toEqual(wanted)
})

test.each([
  [
    'exact pins and nothing else',
    'requirements/requirements.txt',
    ['Lantern 2.4.1', 'wick 1.0.3', 'buoy 0.3.0', 'exact 2004d', 'bounded 1.0', 'epoch 1!2.0+local.1'],
  ],
])('reads %s', (_, file, packages) => {
  expect(catalog(requirements, 'app/requirements.txt', fixture(file))).toEqual({
    facts: lockedFacts('pypi', ...packages),
    notes: [],
  })
})

test.each([
  ['brackets around the version', 'a (==1.0)\n', ['a 1.0']],
  ['UTF-16', Buffer.from('\uFEFFa==1.0\r\nb==2.0\r\n', 'utf16le'), ['a 1.0', 'b 2.0']],
  ['no line end', 'a==1.0', ['a 1.0']],
  ['other text', 'Dear reader, a == b is not a pin\n==1.0\na==\n', []],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(requirements, 'app/requirements.txt', content)).toEqual({
    facts: lockedFacts('pypi', ...packages),
    notes: [],
  })
})
