import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { sshdConfig } from './sshd-config.ts'

const read = (content: Buffer | string) => catalog(sshdConfig, 'etc/ssh/sshd_config', content).facts

test("wants the server's configuration and its parts, not the client's", () => {
  const wanted = ['etc/ssh/sshd_config', 'etc/ssh/sshd_config.d/50-app.conf']
  const others = ['etc/ssh/ssh_config', 'usr/share/openssh/sshd_config', 'etc/ssh/sshd_config.d/off.conf.bak']
  expect([...wanted, ...others].filter((path) => wants(sshdConfig, path))).toEqual(wanted)
})

test('reads who is let in: the first of equal keywords holds, and what follows a Match is for some alone', () => {
  expect(read(fixture('sshd-config/sshd_config'))).toEqual([
    { kind: 'weak-setting', of: 'sshd', text: 'permitrootlogin yes' },
    { kind: 'weak-setting', of: 'sshd', text: 'PermitEmptyPasswords yes' },
  ])
})

test("says nothing of the server's defaults", () => {
  expect(read('PermitRootLogin prohibit-password\nPasswordAuthentication yes\nUsePAM yes\n')).toEqual([])
})
