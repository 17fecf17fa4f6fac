import { expect, test } from 'vitest'
import { checked, damagedLayer } from '../../../../fixtures/benchmark/image.ts'
import type { Secret } from '../../secrets/secret.ts'
import { noSecrets } from './no-secrets.ts'

const key: Secret = {
  rule: 'private-key',
  title: 'Private key',
  where: 'file',
  path: 'root/.ssh/id_rsa',
  line: 1,
  layer: 1,
  deletedInLayer: 2,
  redacted: 'RSA, 1.6 KB',
}

test('tells what was found and where, and that deleted files are still there', () => {
  const variable = { ...key, title: 'Token', where: 'env', path: 'TOKEN', line: null, deletedInLayer: null } as const
  expect(checked(noSecrets, { secrets: [key, variable] })).toEqual([
    'fail',
    'layer 1: Private key: root/.ssh/id_rsa:1 (RSA, 1.6 KB), deleted in layer 2 and still there below',
    'layer 1: Token: variable TOKEN (RSA, 1.6 KB)',
  ])
})

test('passes without, unless a layer was not read to its end', () => {
  expect(checked(noSecrets, {})).toEqual(['pass'])
  expect(checked(noSecrets, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
