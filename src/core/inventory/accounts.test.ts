import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { accounts } from './accounts.ts'
import type { AccountFact } from './package.ts'

const read = (path: string, content: Buffer | string) => {
  const { facts, notes } = catalog(accounts, path, content)
  const lines = (facts as readonly AccountFact[]).map(({ database, name, id, secret, shell = '' }) =>
    `${database} ${name} ${id} ${secret} ${shell}`.trimEnd(),
  )
  return { lines, notes }
}

test("wants the root's own files", () => {
  const wanted = ['etc/passwd', 'etc/shadow', 'etc/group', 'etc/master.passwd']
  const others = ['rootfs/etc/passwd', 'etc/passwd-', 'usr/share/base-passwd/passwd.master']
  expect([...wanted, ...others].filter((path) => wants(accounts, path))).toEqual(wanted)
})

test('reads accounts with what their password field comes to', () => {
  expect(read('etc/passwd', fixture('accounts/passwd'))).toEqual({
    lines: [
      'passwd root 0 elsewhere /bin/bash',
      'passwd daemon 1 locked /usr/sbin/nologin',
      'passwd lantern 1000 empty /bin/sh',
      'passwd keeper 0 set /bin/sh',
      'passwd buoy 1001 elsewhere',
    ],
    notes: [],
  })
  expect(read('etc/shadow', fixture('accounts/shadow')).lines).toEqual([
    'shadow root null locked',
    'shadow daemon null locked',
    'shadow lantern null empty',
    'shadow keeper null set',
    'shadow wick null locked',
    'shadow old null set',
    'shadow buoy null locked',
  ])
  expect(read('etc/group', fixture('accounts/group')).lines).toEqual([
    'group root 0 elsewhere',
    'group crew 1000 empty',
    'group wheel 10 locked',
  ])
})

test("reads BSD's passwd with its ten fields", () => {
  expect(read('etc/master.passwd', 'toor::0:0::0:0:Toor:/root:/bin/csh\n').lines).toEqual([
    'passwd toor 0 empty /bin/csh',
  ])
})

test('notes lines that are no account, and goes on', () => {
  expect(read('etc/passwd', 'root:x:zero:0\nonly\nlantern::5:5::/:\n')).toEqual({
    lines: ['passwd lantern 5 empty'],
    notes: ['line 1 is no account', 'line 2 is no account'],
  })
})
