import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import type { WeakSettingFact } from './package.ts'
import { sudoers } from './sudoers.ts'

const read = (path: string, content: Buffer | string) =>
  (catalog(sudoers, path, content).facts as readonly WeakSettingFact[]).map(({ text }) => text)

test('wants what sudo and doas read', () => {
  const wanted = ['etc/sudoers', 'etc/sudoers.d/app', 'etc/doas.conf', 'etc/doas.d/app.conf']
  const others = ['etc/sudoers.d/app.bak', 'etc/sudoers.d/app~', 'etc/sudo.conf', 'etc/doas.d/app']
  expect([...wanted, ...others].filter((path) => wants(sudoers, path))).toEqual(wanted)
})

test('reads who needs no password', () => {
  expect(read('etc/sudoers', fixture('sudoers/sudoers'))).toEqual([
    '%wheel needs no password',
    'app needs no password',
    '#1000 needs no password',
  ])
})

test("reads doas's rules", () => {
  const rules =
    'permit persist :wheel\npermit nopass app\n# permit nopass b\ndeny nopass c\npermit nopass keepenv :crew as root cmd ls\n'
  expect(read('etc/doas.d/app.conf', rules)).toEqual(['app needs no password', ':crew needs no password'])
})
