import { PackageURL } from 'packageurl-js'
import { canonicalName } from '../match/advisory-key.ts'
import type { Distro, PackageFact } from './package.ts'

type Named = Pick<PackageFact, 'type' | 'name' | 'version' | 'arch'>

/**
 * The package URL (https://github.com/package-url/purl-spec). OS packages are named below their distribution's vendor and
 * carry architecture and distribution as qualifiers; the epoch stays in a deb version and is a qualifier of an rpm.
 */
export function purlOf(fact: Named, distro: Distro | null): string {
  const { type, name, version } = fact
  switch (type) {
    case 'deb':
    case 'apk':
      return text(type, vendorOf(distro), name, version, systemQualifiers(fact, distro))
    case 'rpm': {
      const colon = /^\d+:/.test(version) ? version.indexOf(':') : -1
      const epoch = colon < 0 ? '' : version.slice(0, colon)
      const qualifiers = { ...systemQualifiers(fact, distro), epoch }
      return text(type, vendorOf(distro), name, version.slice(colon + 1), qualifiers)
    }
    case 'maven': {
      const colon = name.indexOf(':')
      return text(type, name.slice(0, Math.max(colon, 0)), name.slice(colon + 1), version)
    }
    case 'golang':
    case 'composer':
    case 'swift': {
      const slash = name.lastIndexOf('/')
      // In Composer the v of a tag is no part of the version, and its purls leave it out; in Go it is.
      const bare = type === 'composer' ? version.replace(/^v(?=\d)/i, '') : version
      return text(type, name.slice(0, Math.max(slash, 0)), name.slice(slash + 1), bare)
    }
    case 'npm': {
      const slash = name.startsWith('@') ? name.indexOf('/') : -1
      return text(type, slash < 0 ? '' : name.slice(0, slash), name.slice(slash + 1), version)
    }
    case 'pypi':
      return text(type, '', canonicalName('PyPI', name), version)
    default:
      return text(type, '', name, version)
  }
}

/** Empty texts are parts that are not there. */
function text(
  type: string,
  vendor: string,
  name: string,
  version: string,
  qualifiers?: Record<string, string>,
): string {
  try {
    // The specification has a plus sign encoded; packageurl-js leaves it, and some readers would take it for a blank.
    return new PackageURL(type, vendor, name, version, qualifiers).toString().replaceAll('+', '%2B')
  } catch {
    // The type forbids the name: swift and maven ask for a namespace, pub for small letters. A package file may hold any.
    const path = vendor === '' ? name : `${vendor}/${name}`
    return `pkg:${type}/${encodeURIComponent(path)}@${encodeURIComponent(version)}`
  }
}

/** Where the vendor's name is not the distribution's ID. */
const vendors: ReadonlyMap<string, string> = new Map([
  ['rhel', 'redhat'],
  ['opensuse-leap', 'opensuse'],
  ['opensuse-tumbleweed', 'opensuse'],
  ['sles', 'suse'],
])

function vendorOf(distro: Distro | null): string {
  return distro ? (vendors.get(distro.id) ?? distro.id) : ''
}

function systemQualifiers({ arch = '' }: Named, distro: Distro | null): { arch: string; distro: string } {
  if (!distro) return { arch, distro: '' }
  return { arch, distro: distro.version === '' ? distro.id : `${distro.id}-${distro.version}` }
}
