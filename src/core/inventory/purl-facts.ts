import { PackageURL } from 'packageurl-js'
import { isToken } from './evidence-text.ts'
import type { PackageFact, PackageType } from './package.ts'

/** Types that a bill of materials may name; `generic` ones are sources and parts of the distribution's builds. */
const types: ReadonlySet<string> = new Set<PackageType>([
  'deb',
  'apk',
  'rpm',
  'npm',
  'pypi',
  'conda',
  'gem',
  'maven',
  'golang',
  'cargo',
  'composer',
  'nuget',
  'pub',
  'hex',
  'swift',
  'cran',
  'hackage',
  'julia',
  'bitnami',
])

const isKnownType = (type: string | undefined): type is PackageType => type !== undefined && types.has(type)

/** The package that a purl names; undefined for one without a version, of another type, or that is none. */
export function factOfPurl(text: unknown): PackageFact | undefined {
  const purl = typeof text === 'string' && text.length <= maxPurlLength ? parsed(text) : undefined
  if (!purl || !isKnownType(purl.type)) return undefined
  const { type, namespace, qualifiers } = purl
  const name = nameOf(type, namespace ?? '', purl.name)
  const version = type === 'rpm' && qualifiers?.['epoch'] ? `${qualifiers['epoch']}:${purl.version}` : purl.version
  if (!isToken(name) || !isToken(version)) return undefined
  const arch = qualifiers?.['arch']
  return { kind: 'package', type, name, version, ...(isToken(arch) && { arch }), evidence: 'embedded' }
}

const maxPurlLength = 2048

function parsed(text: string): PackageURL | undefined {
  try {
    return PackageURL.fromString(text)
  } catch {
    return undefined
  }
}

/** As the ecosystem's own tool has it; the namespace of an OS package is its distribution. */
function nameOf(type: PackageType, namespace: string, name: string): string {
  if (namespace === '' || type === 'deb' || type === 'apk' || type === 'rpm') return name
  return type === 'maven' ? `${namespace}:${name}` : `${namespace}/${name}`
}
