import { expect, test } from 'vitest'
import { checked, packagesLayer } from '../../../../fixtures/benchmark/image.ts'
import { needlessDaemons } from './needless-daemons.ts'

test('names packages of daemons', () => {
  expect(checked(needlessDaemons, { layers: [packagesLayer('musl', 'openssh-server', 'cronie')] })).toEqual([
    'fail',
    'layer 0: the package cronie 1-r0',
    'layer 0: the package openssh-server 1-r0',
  ])
})

test('names an SSH server that came without a package, unless it is deleted', () => {
  const layers = [packagesLayer('musl'), { files: ['usr/sbin/sshd', 'usr/share/doc/sshd'] }]
  expect(checked(needlessDaemons, { layers })).toEqual(['fail', 'layer 1: usr/sbin/sshd'])
  expect(checked(needlessDaemons, { layers: [...layers, { whiteouts: ['usr/sbin/sshd'] }] })).toEqual(['pass'])
})

test('says that one is started', () => {
  const config = { Cmd: ['/bin/sh', '-c', 'app && /usr/sbin/sshd -D'] }
  expect(checked(needlessDaemons, { config, layers: [packagesLayer('musl')] })).toEqual([
    'fail',
    'it starts an SSH server',
  ])
})
