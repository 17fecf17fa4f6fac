import { expect, test } from 'vitest'
import { account, checked } from '../../../../fixtures/benchmark/image.ts'
import { duplicateAccounts } from './duplicate-accounts.ts'

test('names who shares a number or a name, in the layer that made it so', () => {
  const lower = { evidence: { 'etc/passwd': [account('app', 1000)] } }
  const evidence = {
    'etc/passwd': [account('app', 1000), account('web', 1000), account('app', 1001)],
    'etc/group': [account('crew', 5, 'group'), account('team', 5, 'group')],
  }
  expect(checked(duplicateAccounts, { layers: [lower, { evidence }] })).toEqual([
    'fail',
    'layer 1: etc/passwd: the name app stands there 2 times',
    'layer 1: etc/passwd: app, web have the number 1000',
    'layer 1: etc/group: crew, team have the number 5',
  ])
})

test('lets a user and a group have the same number and name, and shadow repeat the names', () => {
  const evidence = {
    'etc/passwd': [account('app', 5)],
    'etc/group': [account('app', 5, 'group')],
    'etc/shadow': [account('app', null, 'shadow'), account('web', null, 'shadow')],
  }
  expect(checked(duplicateAccounts, { layers: [{ evidence }] })).toEqual(['pass'])
})
