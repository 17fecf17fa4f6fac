import type { VersionScheme } from './version-scheme.ts'
import { apk } from './versions/apk.ts'
import { bitnami } from './versions/bitnami.ts'
import { conan } from './versions/conan.ts'
import { cran } from './versions/cran.ts'
import { dpkg } from './versions/dpkg.ts'
import { hackage } from './versions/hackage.ts'
import { maven } from './versions/maven.ts'
import { nuget } from './versions/nuget.ts'
import { opam } from './versions/opam.ts'
import { packagist } from './versions/packagist.ts'
import { pep440 } from './versions/pep440.ts'
import { pub } from './versions/pub.ts'
import { rpm } from './versions/rpm.ts'
import { rubygems } from './versions/rubygems.ts'
import { semver } from './versions/semver.ts'

/** Every scheme with the OSV ecosystems (without release) that it orders. */
const schemes: readonly (readonly [VersionScheme, readonly string[]])[] = [
  [dpkg, ['Debian', 'Ubuntu', 'Echo']],
  [apk, ['Alpine', 'Alpaquita', 'BellSoft Hardened Containers', 'Chainguard', 'CleanStart', 'MinimOS', 'Wolfi']],
  [rpm, ['AlmaLinux', 'Azure Linux', 'Mageia', 'openEuler', 'openSUSE', 'Photon OS', 'Red Hat', 'Rocky Linux', 'SUSE']],
  [semver, ['npm', 'Go', 'crates.io', 'Hex', 'SwiftURL', 'GitHub Actions', 'VSCode']],
  [pub, ['Pub', 'Julia']],
  [bitnami, ['Bitnami']],
  [pep440, ['PyPI']],
  [maven, ['Maven']],
  [rubygems, ['RubyGems']],
  [nuget, ['NuGet']],
  [packagist, ['Packagist']],
  [cran, ['CRAN', 'Bioconductor']],
  [hackage, ['Hackage', 'GHC']],
  [opam, ['opam']],
  [conan, ['ConanCenter']],
]

export const versionSchemes: readonly VersionScheme[] = schemes.map(([scheme]) => scheme)

const byEcosystem = new Map(schemes.flatMap(([scheme, names]) => names.map((name) => [name, scheme] as const)))

const distroSchemes: readonly VersionScheme[] = [dpkg, apk, rpm]

/** Whether an ecosystem is a distribution, whose advisories speak of its own builds. */
export function isDistro(ecosystem: string): boolean {
  const scheme = schemeFor(ecosystem)
  return scheme !== undefined && distroSchemes.includes(scheme)
}

/** Vendors that rebuild packages of other ecosystems and name those after their own: `Root:Debian:12`, `Echo:PyPI`. */
const rebuilders = ['Echo', 'Root', 'TuxCare']

/** The scheme of an OSV ecosystem, with or without release: `Debian:12`, `npm`. Undefined: versions cannot be compared. */
export function schemeFor(ecosystem: string): VersionScheme | undefined {
  const [base = '', release = ''] = ecosystem.split(':', 2)
  const rebuilt = rebuilders.includes(base) ? byEcosystem.get(release) : undefined
  // The number of a rebuild is a pre-release or build metadata there, so that the rebuild would not be after the original.
  if (rebuilt === semver) return undefined
  return rebuilt ?? byEcosystem.get(base)
}
