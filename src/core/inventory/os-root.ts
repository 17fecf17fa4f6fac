/**
 * Where an operating system keeps what it says of itself, below its root. Looked up in every image, also where a directory
 * on the way is a symlink.
 */
export const osPlaces: readonly string[] = [
  'etc/os-release',
  'usr/lib/os-release',
  'var/lib/dpkg/status',
  'lib/apk/db/installed',
  'usr/lib/apk/db/installed',
  ...['var/lib/rpm', 'usr/lib/sysimage/rpm', 'usr/share/rpm'].flatMap((directory) =>
    ['rpmdb.sqlite', 'Packages.db', 'Packages'].map((name) => `${directory}/${name}`),
  ),
]

/** What follows the root in paths of OS evidence; where one ends with another, the longer first. */
const marks = [
  'var/lib/dpkg/',
  'usr/lib/apk/',
  'lib/apk/',
  'var/lib/rpm/',
  'var/lib/rpmmanifest/',
  'usr/lib/sysimage/rpm/',
  'usr/share/rpm/',
  'usr/lib/',
  'etc/',
]

/** The root that a piece of OS evidence speaks of: '' in most images, `rootfs/` where one carries another in a directory. */
export function rootOf(path: string): string {
  for (const mark of marks) {
    if (path.startsWith(mark)) return ''
    const at = path.lastIndexOf(`/${mark}`)
    if (at >= 0) return path.slice(0, at + 1)
  }
  return ''
}
