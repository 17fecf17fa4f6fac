import { expect, test } from 'vitest'
import { rootOf } from './os-root.ts'

test.each([
  ['etc/os-release', ''],
  ['usr/lib/os-release', ''],
  ['usr/lib/apk/db/installed', ''],
  ['rootfs/usr/lib/apk/db/installed', 'rootfs/'],
  ['var/lib/rpm/rpmdb.sqlite', ''],
  ['opt/a/rootfs/var/lib/dpkg/status.d/tzdata', 'opt/a/rootfs/'],
  ['usr/lib/rootfs/etc/os-release', 'usr/lib/rootfs/'],
  ['etc/chroot/etc/os-release', 'etc/chroot/'],
])('%s speaks of the root %j', (path, root) => {
  expect(rootOf(path)).toBe(root)
})
