/** The name under which an ecosystem's packages are compared: PyPI by PEP 503, NuGet and Packagist without case. */
export function canonicalName(ecosystem: string, name: string): string {
  const colon = ecosystem.indexOf(':')
  switch (colon < 0 ? ecosystem : ecosystem.slice(0, colon)) {
    case 'PyPI':
      return name.toLowerCase().replace(/[-_.]+/g, '-')
    case 'NuGet':
    case 'Packagist':
      return name.toLowerCase()
    default:
      return name
  }
}

/** One text for an ecosystem and a canonical name: what advisories are looked up by. */
export function packageKey(ecosystem: string, name: string): string {
  return `${ecosystem}\t${canonicalName(ecosystem, name)}`
}
