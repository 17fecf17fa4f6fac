import { expect, test } from 'vitest'
import { suppressionOf } from './suppression.ts'

const by = (type: string, name: string, source: string | null = null) =>
  suppressionOf({ type, name, source: source === null ? null : { name: source }, ownedBy: null })?.by

test.each([
  ['deb', 'linux-libc-dev', 'linux'],
  ['deb', 'linux-libc-dev-arm64-cross', 'linux'],
  ['deb', 'linux-headers-6.1.0-18-amd64', 'linux'],
  ['deb', 'linux-aws-headers-5.15.0-1004', 'linux-aws'],
  ['deb', 'linux-kbuild-6.1', 'linux'],
  ['deb', 'linux-doc', 'linux'],
  ['rpm', 'kernel-headers', 'kernel'],
  ['rpm', 'kernel-rt-devel', 'kernel-rt'],
  ['rpm', 'kernel-uek-devel', 'kernel-uek'],
  ['rpm', 'linux-glibc-devel', 'linux-glibc-devel'],
  ['apk', 'linux-headers', null],
  ['apk', 'linux-lts-dev', 'linux-lts'],
])('%s %s of %s runs nothing of the kernel', (type, name, source) => {
  expect(by(type, name, source)).toBe('indirect')
})

test.each([
  ['deb', 'linux-image-6.1.0-18-amd64', 'linux'], // may be booted from
  ['deb', 'linux-perf', 'linux'], // a program
  ['deb', 'bpftool', 'linux'],
  ['deb', 'linux-headers-generic', 'something-else'],
  ['rpm', 'kernel-core', 'kernel'],
  ['rpm', 'perf', 'kernel'],
  ['rpm', 'kernel-headers-tools', null],
  ['npm', 'linux-headers', null],
  ['deb', 'openssl', 'openssl'],
])('%s %s of %s counts', (type, name, source) => {
  expect(by(type, name, source)).toBeUndefined()
})

test('what an OS package owns is left to the advisories of that package', () => {
  const subject = { type: 'pypi', name: 'requests', source: null, ownedBy: 'pkg:deb/debian/python3-requests@2.28' }
  expect(suppressionOf(subject)).toEqual({
    by: 'owner',
    reason: 'files belong to pkg:deb/debian/python3-requests@2.28; the distribution patches and tracks it',
    until: null,
  })
})
