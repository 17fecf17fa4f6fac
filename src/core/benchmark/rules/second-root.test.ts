import { expect, test } from 'vitest'
import { account, checked } from '../../../../fixtures/benchmark/image.ts'
import { secondRoot } from './second-root.ts'

test('names accounts with uid 0 that are not root', () => {
  const evidence = {
    'etc/passwd': [account('root', 0), account('toor', 0), account('app', 1)],
    'etc/group': [account('wheel', 0, 'group')],
  }
  expect(checked(secondRoot, { layers: [{ evidence }] })).toEqual([
    'fail',
    'layer 0: etc/passwd: the account toor has uid 0',
  ])
})

test('passes where root alone has it', () => {
  expect(checked(secondRoot, { layers: [{ evidence: { 'etc/passwd': [account('root', 0)] } }] })).toEqual(['pass'])
})
