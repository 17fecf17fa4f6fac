import { BlockList, isIP } from 'node:net'
import { TallymanError } from '../../errors.ts'

/** Addresses that a registry on the open net has no business to send us to (RFC 6890); cloud metadata is link-local. */
const special = {
  'link-local': blockList(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6']),
  unspecified: blockList(['0.0.0.0', 8, 'ipv4'], ['::', 128, 'ipv6']),
  loopback: blockList(['127.0.0.0', 8, 'ipv4'], ['::1', 128, 'ipv6']),
  private: blockList(
    ['10.0.0.0', 8, 'ipv4'],
    ['172.16.0.0', 12, 'ipv4'],
    ['192.168.0.0', 16, 'ipv4'],
    ['100.64.0.0', 10, 'ipv4'], // carrier-grade NAT; one cloud keeps its metadata service here
    ['fc00::', 7, 'ipv6'],
    ['64:ff9b::', 96, 'ipv6'], // IPv4 behind NAT64
  ),
} as const

type Zone = keyof typeof special | 'public'

/**
 * Refuses a URL that the registry told us to go to (a redirect, a token realm, an upload location) where following it
 * would leak a secret or reach what only we can reach: other schemes, HTTPS to HTTP, and special addresses that the
 * registry itself does not live among.
 */
export function requireSafeTarget(target: URL, registry: URL, what: string): void {
  const refuse = (problem: string) =>
    new TallymanError('REGISTRY_PROTOCOL', `${registry.host} sent a ${what} to ${target.origin}, ${problem}`)
  if (target.protocol !== 'https:' && target.protocol !== 'http:') throw refuse('which is not a web address')
  if (target.protocol === 'http:' && registry.protocol === 'https:') throw refuse('which is not encrypted')
  if (target.username || target.password) throw refuse('with a password in the address')
  if (target.hostname === registry.hostname) return
  const zone = zoneOf(target.hostname)
  if (zone === 'public' || (zone === zoneOf(registry.hostname) && zone !== 'link-local')) return
  throw refuse(`which is a ${zone} address`)
}

/** Resolves a Location or Link target; REGISTRY_PROTOCOL where it is no URL. */
export function resolveUrl(text: string, base: URL, what: string): URL {
  const url = URL.parse(text, base.href)
  if (!url) throw new TallymanError('REGISTRY_PROTOCOL', `${base.host} sent a ${what} that is not a URL`)
  return url
}

/** Of an address as it is written: names are not resolved. */
function zoneOf(written: string): Zone {
  const hostname = written.replace(/\.$/, '')
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return 'loopback'
  const address = hostname.replace(/^\[|\]$/g, '')
  const family = isIP(address)
  if (family === 0) return 'public'
  const zones = Object.entries(special) as [Zone, BlockList][]
  return zones.find(([, list]) => list.check(address, family === 4 ? 'ipv4' : 'ipv6'))?.[0] ?? 'public'
}

function blockList(...ranges: readonly [string, number, 'ipv4' | 'ipv6'][]): BlockList {
  const list = new BlockList()
  for (const [address, prefix, family] of ranges) list.addSubnet(address, prefix, family)
  return list
}
