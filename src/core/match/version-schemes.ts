import type { VersionScheme } from './version-scheme.ts'
import { apk } from './versions/apk.ts'
import { dpkg } from './versions/dpkg.ts'
import { pep440 } from './versions/pep440.ts'
import { rpm } from './versions/rpm.ts'
import { semver } from './versions/semver.ts'

/** Every scheme with the OSV ecosystems (without release) that it orders. */
const schemes: readonly (readonly [VersionScheme, readonly string[]])[] = [
  [dpkg, ['Debian', 'Ubuntu', 'Echo']],
  [apk, ['Alpine', 'Alpaquita', 'BellSoft Hardened Containers', 'Chainguard', 'CleanStart', 'MinimOS', 'Wolfi']],
  [rpm, ['AlmaLinux', 'Azure Linux', 'Mageia', 'openEuler', 'openSUSE', 'Photon OS', 'Red Hat', 'Rocky Linux', 'SUSE']],
  [semver, ['npm', 'Go', 'crates.io', 'Hex', 'Bitnami', 'Julia', 'SwiftURL']],
  [pep440, ['PyPI']],
]

export const versionSchemes: readonly VersionScheme[] = schemes.map(([scheme]) => scheme)

const byEcosystem = new Map(schemes.flatMap(([scheme, names]) => names.map((name) => [name, scheme] as const)))

const distroSchemes: readonly VersionScheme[] = [dpkg, apk, rpm]

/** Whether an ecosystem is a distribution, whose advisories speak of its own builds. */
export function isDistro(ecosystem: string): boolean {
  const scheme = schemeFor(ecosystem)
  return scheme !== undefined && distroSchemes.includes(scheme)
}

/** The scheme of an OSV ecosystem, with or without release: `Debian:12`, `npm`. Undefined: versions cannot be compared. */
export function schemeFor(ecosystem: string): VersionScheme | undefined {
  return byEcosystem.get(ecosystem.split(':', 1)[0]!)
}
