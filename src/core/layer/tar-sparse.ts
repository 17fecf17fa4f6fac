import { blockSize, numberOf, TarError } from './tar-header.ts'
import { decimal } from './tar-pax.ts'

/** A file with holes: `map` is offset and length of each piece of data, in turn; undefined: it lies before the data. */
export interface SparseMap {
  readonly realSize: number
  readonly map: readonly number[] | undefined
}

/** Bound on the pieces of one file: 21 of them fill a block of the old GNU format. */
const maxNumbers = 2 * 65_536

/** The old GNU format: four pairs in the header, then blocks of 21. `more` tells whether another block follows. */
export function gnuSparsePairs(block: Buffer, at: number, isHeader: boolean): { pairs: number[]; more: boolean } {
  const [start, count, flag] = isHeader ? [at + 386, 4, at + 482] : [at, 21, at + 504]
  const pairs: number[] = []
  for (let i = start; i < start + 24 * count && block[i] !== 0; i += 24) {
    pairs.push(numberOf(block, i, 12), numberOf(block, i + 12, 12))
  }
  return { pairs, more: block[flag] !== 0 }
}

export function gnuSparseSize(block: Buffer, at: number): number {
  return numberOf(block, at + 483, 12)
}

/** Puts the pieces in `stored` where they belong, with zeros between. Throws TarError. */
export function fillHoles(stored: Buffer, { realSize, map }: SparseMap): Buffer {
  const { pairs, from } = map === undefined ? mapBefore(stored) : { pairs: map, from: 0 }
  if (pairs.length % 2 !== 0 || pairs.length > maxNumbers) throw new TarError('has a sparse file with a wrong map')
  const whole = Buffer.alloc(realSize)
  let at = from
  for (let i = 0; i < pairs.length; i += 2) {
    const [offset, length] = [pairs[i]!, pairs[i + 1]!]
    if (offset + length > realSize || at + length > stored.length) {
      throw new TarError('has a sparse file with a wrong map')
    }
    stored.copy(whole, offset, at, at + length)
    at += length
  }
  return whole
}

/** Format 1.0: lines of decimal numbers, the count of pairs first, padded to a block. */
function mapBefore(stored: Buffer): { pairs: number[]; from: number } {
  let at = 0
  const next = (): number => {
    const end = stored.indexOf(0x0a, at)
    if (end < 0) throw new TarError('has a sparse file with a wrong map')
    const value = decimal(stored.subarray(at, end))
    at = end + 1
    return value
  }
  const count = next()
  if (count * 2 > maxNumbers) throw new TarError('has a sparse file with a wrong map')
  const pairs = Array.from({ length: count * 2 }, next)
  return { pairs, from: Math.ceil(at / blockSize) * blockSize }
}
