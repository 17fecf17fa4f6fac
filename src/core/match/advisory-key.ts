/** The name under which an ecosystem's packages are compared, where people spell one package in several ways. */
export function canonicalName(ecosystem: string, name: string): string {
  const colon = ecosystem.indexOf(':')
  switch (colon < 0 ? ecosystem : ecosystem.slice(0, colon)) {
    case 'PyPI':
      // PEP 503
      return name.toLowerCase().replace(/[-_.]+/g, '-')
    case 'NuGet':
    case 'Packagist':
    case 'GitHub Actions':
    case 'VSCode':
      return name.toLowerCase()
    case 'SwiftURL':
      return repositoryOf(name)
    default:
      return name
  }
}

/** `https://github.com/vapor/vapor.git`, `git@github.com:vapor/vapor` → `github.com/vapor/vapor`: all of them are in use. */
function repositoryOf(url: string): string {
  const bare = url.toLowerCase().replace(/^(?:(?:https?|ssh|git):\/\/)?(?:[^@/]*@)?/, '')
  return bare.replace(/^([^/:]+):(?=\D)/, '$1/').replace(/(?:\.git)?\/?$/, '')
}

/**
 * Without the repository that Maven and Packagist records may name (`Packagist:https://packages.drupal.org/8`): an installed
 * package does not say where it was downloaded from, and its name is the same in all of them.
 */
export function canonicalEcosystem(ecosystem: string): string {
  const repository = /:https?:\/\//i.exec(ecosystem)
  return repository ? ecosystem.slice(0, repository.index) : ecosystem
}

/** One text for an ecosystem and a canonical name: what advisories are looked up by. */
export function packageKey(ecosystem: string, name: string): string {
  return `${canonicalEcosystem(ecosystem)}\t${canonicalName(ecosystem, name)}`
}
