import { expect, test } from 'vitest'
import { account, checked } from '../../../../fixtures/benchmark/image.ts'
import { emptyPasswords } from './empty-passwords.ts'

test('names accounts whose password is empty, and the layer since which it has been so', () => {
  const lower = { evidence: { 'etc/shadow': [account('root', null, 'shadow', 'empty')] } }
  const upper = {
    evidence: {
      'etc/shadow': [account('root', null, 'shadow', 'empty'), account('app', null, 'shadow', 'empty')],
      'etc/passwd': [account('guest', 5, 'passwd', 'empty')],
    },
  }
  expect(checked(emptyPasswords, { layers: [lower, upper] })).toEqual([
    'fail',
    'layer 0: etc/shadow: the account root has an empty password',
    'layer 1: etc/shadow: the account app has an empty password',
    'layer 1: etc/passwd: the account guest has an empty password',
  ])
})

test('passes for locked accounts, passwords that are set, and groups without one', () => {
  const evidence = {
    'etc/shadow': [account('root', null, 'shadow', 'locked'), account('app', null, 'shadow', 'set')],
    'etc/group': [account('crew', 5, 'group', 'empty')],
  }
  expect(checked(emptyPasswords, { layers: [{ evidence }] })).toEqual(['pass'])
})

test('cannot tell where etc/shadow could not be understood, or is a link to what was not read', () => {
  const layers = [{ evidence: { 'etc/shadow': [] }, notes: ['line 1 is no account'] }]
  expect(checked(emptyPasswords, { layers })).toEqual(['undecidable', 'layer 0: etc/shadow: line 1 is no account'])
  const link = { symlinks: { 'etc/shadow': '/srv/shadow' }, files: ['srv/shadow'] }
  expect(checked(emptyPasswords, { layers: [link] })).toEqual([
    'undecidable',
    'etc/shadow leads to srv/shadow, which was not read',
  ])
})
