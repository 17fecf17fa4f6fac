import type { Distro, PackageFact } from './package.ts'

/**
 * Whether somebody else than the distribution made an OS package, as far as its maintainer or vendor tells: the
 * distribution's advisories say nothing about it, and nobody patched the language packages in it.
 */
export function isThirdParty({ type, vendor }: Pick<PackageFact, 'type' | 'vendor'>, distro: Distro | null): boolean {
  if (vendor === undefined || !distro) return false
  if (type === 'deb') {
    const maintainer = vendor.toLowerCase()
    return debMaintainers.some((known) => maintainer.includes(known))
  }
  const own = type === 'rpm' ? rpmVendors.get(familyOf(distro)) : undefined
  return own !== undefined && !own.some((name) => vendor.startsWith(name))
}

/**
 * Whether the distribution says itself that it made an OS package, so that it may speak for the language packages in it.
 * This is asked the other way round than `isThirdParty`: where nothing can be told the package is still matched, and so is
 * what lies in it. Alpine's packages name a person at any address and no vendor, so each of apk counts as its own.
 */
export function isOfDistribution(
  { type, vendor }: Pick<PackageFact, 'type' | 'vendor'>,
  distro: Distro | null,
): boolean {
  if (!distro) return false
  if (type === 'apk') return true
  if (vendor === undefined) return false
  if (type === 'deb') {
    const host = /@([^@<>\s]+)>?$/.exec(vendor)?.[1]?.toLowerCase()
    const domains = debDomains.get(familyOf(distro)) ?? []
    return domains.some((domain) => host === domain || host?.endsWith(`.${domain}`) === true)
  }
  return rpmVendors.get(familyOf(distro))?.some((name) => vendor.startsWith(name)) === true
}

const familyOf = ({ ecosystem }: Distro) => ecosystem?.split(':', 1)[0] ?? ''

const debian = ['debian.org', 'alioth-lists.debian.net']

/**
 * Where the maintainers of a distribution's deb packages have their addresses, by its ecosystem. One in twenty of Debian's
 * has a private address, which nothing tells from that of any other package. Ubuntu leaves Debian's maintainer in what it
 * takes without a change.
 */
const debDomains: ReadonlyMap<string, readonly string[]> = new Map([
  ['Debian', debian],
  ['Ubuntu', ['ubuntu.com', 'canonical.com', ...debian]],
])

/** Debian packages name a person or a team, so of what is not matched only the vendors with well-known repositories can be told. */
const debMaintainers = [
  '@docker.com',
  '@nvidia.com',
  '@hashicorp.com',
  '@microsoft.com',
  '@mongodb.com',
  'developers@lists.mariadb.org',
  'info@elastic.co',
  'nginx-packaging@f5.com',
  'nginx-packaging@nginx.com',
  '@konghq.com',
  '@cloudflare.com',
  'support@influxdb.com',
  'support@gitlab.com',
  'packages@gitlab.com',
  'contact@grafana.com',
  '@datadoghq.com',
  '@nodesource.com',
  'info@tailscale.com',
  'google cloud cli authors',
  'sapmachine@sap.com',
]

/**
 * How the vendors of a distribution's rpm packages begin, by its ecosystem. For others, and where a package states no
 * vendor, nothing can be told. EPEL's packages are Fedora's, which no enterprise distribution has advisories for.
 */
const rpmVendors: ReadonlyMap<string, readonly string[]> = new Map([
  ['Red Hat', ['Red Hat', 'CentOS']], // CentOS rebuilds it, and is matched as it
  ['AlmaLinux', ['AlmaLinux', 'CloudLinux']],
  ['Rocky Linux', ['Rocky']],
  ['SUSE', ['SUSE', 'openSUSE']],
  ['openSUSE', ['SUSE', 'openSUSE']],
  ['Azure Linux', ['Microsoft Corporation']],
])
