/**
 * Packages that are built from a source in which vulnerabilities are found, but hold nothing of it that runs. Their findings
 * are shown and decide nothing. Kernel images and modules are not among them: an image may be one to boot from.
 */
export interface IndirectPackages {
  readonly type: 'deb' | 'rpm' | 'apk'
  /** Names of the binary package. */
  readonly name: RegExp
  /** Names of its source package; where the source is not known the name alone decides. */
  readonly source: RegExp
  readonly reason: string
}

const headers = 'it holds the kernel’s header files; a container runs on the kernel of its host'

export const indirectPackages: readonly IndirectPackages[] = [
  {
    type: 'deb',
    name: /^linux-(?:libc-dev(?:-.+)?|(?:.+-)?headers-.+|kbuild-.+)$/,
    source: /^linux(?:-.+)?$/,
    reason: headers,
  },
  {
    type: 'deb',
    name: /^linux-(?:doc|source)(?:-.+)?$/,
    source: /^linux(?:-.+)?$/,
    reason: 'it holds the kernel’s documentation or source code, nothing that runs',
  },
  {
    type: 'rpm',
    name: /^(?:kernel(?:-(?:rt|64k|uek|default|azure|lt|ml))?-(?:headers|devel|doc)(?:-matched)?|linux-glibc-devel)$/,
    source: /^(?:kernel(?:-.+)?|linux-glibc-devel)$/,
    reason: headers,
  },
  {
    type: 'apk',
    name: /^linux(?:-.+)?-headers$|^linux(?:-.+)?-dev$/,
    source: /^linux(?:-.+)?$/,
    reason: headers,
  },
]
