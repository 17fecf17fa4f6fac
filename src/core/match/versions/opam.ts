import type { VersionScheme } from '../version-scheme.ts'
import { dpkg } from './dpkg.ts'

/** opam orders as Debian does, without epochs. A scheme of its own, because opam is no distribution. */
export const opam: VersionScheme = {
  name: 'opam',
  compare(a, b) {
    return a.includes(':') || b.includes(':') ? undefined : dpkg.compare(a, b)
  },
}
