import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { sudoWithoutPassword } from './sudo-without-password.ts'

const setting = { kind: 'weak-setting', of: 'sudo', text: 'app needs no password' } as const

test('names what was set, and in which layer', () => {
  expect(checked(sudoWithoutPassword, { layers: [{}, { evidence: { 'etc/sudoers.d/app': [setting] } }] })).toEqual([
    'fail',
    'layer 1: etc/sudoers.d/app: app needs no password',
  ])
})

test('passes without, or once the file is gone', () => {
  const layers = [{ evidence: { 'etc/sudoers.d/app': [setting] } }, { whiteouts: ['etc/sudoers.d/app'] }]
  expect(checked(sudoWithoutPassword, { layers })).toEqual(['pass'])
})

test('cannot tell where such a file was too large to read', () => {
  const layers = [{ evidence: { 'etc/sudoers': [] }, notes: ['not read'] }]
  expect(checked(sudoWithoutPassword, { layers })).toEqual(['undecidable', 'layer 0: etc/sudoers: not read'])
})
