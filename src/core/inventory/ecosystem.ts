import type { Distro, PackageType } from './package.ts'

/**
 * The OSV ecosystem of each package type; null where OSV has none, `distro` where the distribution decides. Names are
 * matched as the ecosystem writes them: `group:artifact` in Maven, the module path in Go.
 */
const ecosystems: Readonly<Record<PackageType, string | null>> = {
  deb: 'distro',
  apk: 'distro',
  rpm: 'distro',
  npm: 'npm',
  pypi: 'PyPI',
  conda: null,
  gem: 'RubyGems',
  maven: 'Maven',
  golang: 'Go',
  cargo: 'crates.io',
  composer: 'Packagist',
  nuget: 'NuGet',
  pub: 'Pub',
  hex: 'Hex',
  swift: 'SwiftURL',
  cran: 'CRAN',
  hackage: 'Hackage',
  julia: 'Julia',
  nix: null,
  bitnami: 'Bitnami',
  generic: null,
}

/** `distro` is the package's own: null for a package that the image's distribution did not make. */
export function ecosystemOf(type: PackageType, distro: Distro | null): string | null {
  const ecosystem = ecosystems[type]
  return ecosystem === 'distro' ? (distro?.ecosystem ?? null) : ecosystem
}

/** Whether no feed can say anything about packages of this type, whatever they are. */
export function isWithoutAdvisories(type: string): boolean {
  return ecosystems[type as PackageType] === null
}
