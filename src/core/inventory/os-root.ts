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

/** What follows the root in the path of a piece of OS evidence. */
const place =
  /(?:^|\/)(?:var\/lib\/dpkg(?:\/status\.d|\/info)?|var\/lib\/chisel|(?:usr\/)?lib\/apk\/db|var\/lib\/rpm(?:manifest)?|usr\/lib\/sysimage\/rpm|usr\/share\/rpm|usr\/lib|etc)\/[^/]+$/

/** The root that a piece of OS evidence speaks of: '' in most images, `rootfs/` where one carries another in a directory. */
export function rootOf(path: string): string {
  const at = path.search(place)
  return at <= 0 ? '' : path.slice(0, at + 1)
}
