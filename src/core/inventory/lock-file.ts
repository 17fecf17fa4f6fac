import { firstNotes, isToken } from './evidence-text.ts'
import type { PackageFact, PackageType } from './package.ts'

/** A package as a lock file names it, unchecked. */
export interface LockedPackage {
  readonly name: unknown
  readonly version: unknown
}

/** The largest lock file that is read. Those of the largest monorepos have 5 to 10 MB; hostile JSON takes 30 times its size. */
export const maxLockFileBytes = 16 * 2 ** 20

/**
 * Whether a lock file is one of an application: those inside an installed package say what its authors developed it with,
 * and nobody installed that.
 */
export function isOfApplication(path: string): boolean {
  return !insidePackage.test(path)
}

const insidePackage =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|gems\/[^/]+-\d[^/]*|\.cargo\/registry|cargo\/registry\/src|pkg\/mod)\//

/** What a lock file asks for, each name and version once. */
export function* locked(
  type: PackageType,
  packages: Iterable<LockedPackage>,
  note: (problem: string) => void,
): Generator<PackageFact> {
  const noteFirst = firstNotes(note)
  const seen = new Set<string>()
  let index = 0
  for (const { name, version } of packages) {
    index++
    if (!isToken(name) || !isToken(version)) {
      noteFirst(`the name or version of its package ${index} is not a word`)
      continue
    }
    const key = `${name} ${version}`
    if (seen.has(key)) continue
    seen.add(key)
    yield { kind: 'package', type, name, version, evidence: 'lockfile' }
  }
}

/** Whether it is a version that can be compared, not a URL, a path, a branch or a range. */
export function isReleased(version: unknown): version is string {
  return typeof version === 'string' && /^\d[\w.+!~-]*$/.test(version)
}

/** `name@version`, split at its last at sign that is not the first character; undefined without one. */
export function splitAtSign(text: string): { readonly name: string; readonly version: string } | undefined {
  const at = text.lastIndexOf('@')
  return at > 0 ? { name: text.slice(0, at), version: text.slice(at + 1) } : undefined
}
