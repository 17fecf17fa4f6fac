import { digestOf } from './digest.ts'
import type { Digest } from './digest.ts'

/**
 * The chain id of every stack of layers from the base up: entry n names layers 0 to n. As the image-spec's ChainID, but
 * over blob digests, which are verified, instead of diffIDs, which a config merely claims: the same base compressed anew
 * is another chain.
 */
export function chainIds(layers: readonly { readonly digest: Digest }[]): readonly Digest[] {
  const chain: Digest[] = []
  for (const { digest } of layers) {
    const below = chain.at(-1)
    chain.push(below === undefined ? digest : digestOf(`${below} ${digest}`))
  }
  return chain
}
