import type { Distro } from '../inventory/package.ts'
import type { Eol } from './feed-facts.ts'

/** Names of endoflife.date where a distribution's own `ID` is another. */
const products: Readonly<Record<string, string>> = {
  alpine: 'alpine-linux',
  amzn: 'amazon-linux',
  ol: 'oracle-linux',
  'opensuse-leap': 'opensuse',
  rocky: 'rocky-linux',
}

/** The keys of `eol` facts that may speak of the release, the more exact one first. */
export function lifetimeKeys({ id, version }: Pick<Distro, 'id' | 'version'>): string[] {
  const { major, minor } = /^(?<major>\d+)(?:\.(?<minor>\d+))?/.exec(version)?.groups ?? {}
  if (major === undefined || version.includes('_alpha')) return []
  const product = Object.hasOwn(products, id) ? products[id] : id
  return [...(minor === undefined ? [] : [`${product} ${major}.${minor}`]), `${product} ${major}`]
}

/**
 * The last day of the release as a feed announces it, undefined where none does. Of Debian it is the end of its long-term
 * support, which everybody gets; what others extend is sold.
 */
export function announcedEnd(
  distro: Pick<Distro, 'id' | 'version'>,
  facts: ReadonlyMap<string, Eol>,
): string | undefined {
  const fact = lifetimeKeys(distro)
    .map((key) => facts.get(key))
    .find((each) => each !== undefined)
  const end = distro.id === 'debian' ? (fact?.extended ?? fact?.eol) : fact?.eol
  return typeof end === 'string' ? end : undefined
}
