import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { sshLogins } from './ssh-logins.ts'

const setting = { kind: 'weak-setting', of: 'sshd', text: 'PermitRootLogin yes' } as const

test('names what was set, and in which layer', () => {
  expect(checked(sshLogins, { layers: [{}, { evidence: { 'etc/ssh/sshd_config.d/app.conf': [setting] } }] })).toEqual([
    'fail',
    'layer 1: etc/ssh/sshd_config.d/app.conf: PermitRootLogin yes',
  ])
})

test('passes without, or once the file is gone', () => {
  const layers = [
    { evidence: { 'etc/ssh/sshd_config.d/app.conf': [setting] } },
    { whiteouts: ['etc/ssh/sshd_config.d/app.conf'] },
  ]
  expect(checked(sshLogins, { layers })).toEqual(['pass'])
})

test('cannot tell where such a file was too large to read', () => {
  const layers = [{ evidence: { 'etc/ssh/sshd_config': [] }, notes: ['not read'] }]
  expect(checked(sshLogins, { layers })).toEqual(['undecidable', 'layer 0: etc/ssh/sshd_config: not read'])
})
