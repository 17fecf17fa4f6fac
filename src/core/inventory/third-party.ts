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
  const own = type === 'rpm' ? rpmVendors.get(distro.ecosystem?.split(':', 1)[0] ?? '') : undefined
  return own !== undefined && !own.some((name) => vendor.startsWith(name))
}

/** Debian packages name a person or a team, so only the vendors with well-known repositories can be told. */
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
  ['Red Hat', ['Red Hat']],
  ['AlmaLinux', ['AlmaLinux', 'CloudLinux']],
  ['Rocky Linux', ['Rocky']],
  ['SUSE', ['SUSE', 'openSUSE']],
  ['openSUSE', ['SUSE', 'openSUSE']],
  ['Azure Linux', ['Microsoft Corporation']],
])
