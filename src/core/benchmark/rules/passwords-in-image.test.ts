import { expect, test } from 'vitest'
import { account, checked, damagedLayer } from '../../../../fixtures/benchmark/image.ts'
import { passwordsInImage } from './passwords-in-image.ts'

test('names accounts with a password', () => {
  const evidence = { 'etc/shadow': [account('app', null, 'shadow', 'set'), account('root', null, 'shadow', 'locked')] }
  expect(checked(passwordsInImage, { layers: [{}, { evidence }] })).toEqual([
    'fail',
    'layer 1: etc/shadow: the account app has a password',
  ])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(passwordsInImage, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
