import { createHash } from 'node:crypto'
import { TallymanError } from '../../errors.ts'
import type { Cataloger } from '../inventory/cataloger.ts'
import { createLayerContent, LimitReached, type LinkTargets } from './content.ts'
import type { LayerProfile } from './evidence.ts'
import type { LayerBlob, LayerFacts } from './facts.ts'
import { formatBytes, formatOf } from './format.ts'
import { createGaps } from './gaps.ts'
import { createInflater } from './inflate.ts'
import type { Inflater } from './inflater.ts'
import { layerLimits, type LayerLimits } from './limits.ts'
import { TarError } from './tar-header.ts'
import { createTarWalker } from './tar-walker.ts'

export interface LayerReadingOptions {
  readonly limits?: LayerLimits
  /** From the `missedTargets` of an earlier reading of the same blob: those files are read for their links. */
  readonly alsoRead?: LinkTargets
  /** Milliseconds, for the profile. */
  readonly now?: () => number
}

export interface LayerResult {
  readonly facts: LayerFacts
  /** Not empty: read the layer once more with these as `alsoRead`, or the readings of some hard links are missing. */
  readonly missedTargets: LinkTargets
  readonly profile: LayerProfile
}

/** One layer on its way: bytes in, facts out. Await what the calls return where it is a promise. */
export interface LayerReading {
  /** The blob's next bytes. BLOB_CORRUPT as soon as there are more than its size. */
  push(chunk: Uint8Array): void | Promise<void>
  /** BLOB_CORRUPT unless the bytes have the blob's size and digest. */
  finish(): LayerResult | Promise<LayerResult>
  /** Frees native memory; call it when a reading is given up. */
  close(): void
}

/**
 * Verifies, inflates, walks and catalogs in one pass, in this thread. Whatever is wrong with the content ends the walk and
 * becomes a gap; the rest of the blob is then only hashed.
 */
export function createLayerReading(
  blob: LayerBlob,
  catalogers: readonly Cataloger[],
  { limits = layerLimits, alsoRead = new Map(), now = () => 0 }: LayerReadingOptions = {},
): LayerReading {
  const hash = createHash('sha256')
  const gaps = createGaps(limits.gaps)
  const content = createLayerContent(catalogers, limits, (reason, detail) => gaps.add(reason, detail), {
    alsoRead,
    now,
  })
  const walker = createTarWalker(content, limits)
  /** The first bytes, until they are enough to tell the format. */
  let head: Buffer | undefined = Buffer.alloc(0)
  let inflater: Inflater | undefined
  let isWalking = true
  let received = 0
  let inflated = 0

  function push(chunk: Uint8Array): void | Promise<void> {
    received += chunk.length
    if (received > blob.size) {
      throw new TallymanError(
        'BLOB_CORRUPT',
        `blob ${blob.digest} is longer than the ${blob.size} bytes of its descriptor`,
      )
    }
    hash.update(chunk)
    if (!isWalking) return
    if (!head) return inflate(chunk)
    head = Buffer.concat([head, chunk])
    if (head.length >= formatBytes) return begin(head)
  }

  function begin(first: Buffer): void | Promise<void> {
    head = undefined
    const format = formatOf(first)
    if (format === 'gzip' || format === 'zstd' || format === 'tar') {
      inflater = createInflater(format, walk)
      return inflate(first)
    }
    isWalking = false
    gaps.add('LAYER_UNREADABLE', format === 'unknown' ? 'neither gzip, zstd nor tar' : `${format} is not supported`)
  }

  function inflate(chunk: Uint8Array): void | Promise<void> {
    return attempt(() => inflater?.write(chunk), 'its compressed data are corrupt')
  }

  /** Runs a step of the inflater; if its data are bad the walk is over. */
  function attempt(step: () => void | Promise<void>, failure: string): void | Promise<void> {
    const fail = (thrown: unknown): void => {
      if (!isWalking) return
      isWalking = false
      gaps.add('LAYER_DAMAGED', `${failure}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
    try {
      return step()?.catch(fail)
    } catch (thrown) {
      fail(thrown)
    }
  }

  /** Takes inflated bytes; false ends inflating. Never throws, since it is called from inside the inflater. */
  function walk(chunk: Buffer): boolean {
    inflated += chunk.length
    try {
      checkSize()
      isWalking = walker.push(chunk)
    } catch (thrown) {
      endWalk(thrown)
    }
    return isWalking
  }

  function checkSize(): void {
    if (inflated > limits.uncompressedBytes) {
      throw new LimitReached('LAYER_TOO_LARGE', `inflates to more than ${limits.uncompressedBytes} bytes`)
    }
    if (inflated > limits.ratioFloorBytes && inflated > received * limits.ratio) {
      throw new LimitReached('LAYER_TOO_LARGE', `inflates to more than ${limits.ratio} times its size`)
    }
  }

  let defect: unknown

  function endWalk(thrown: unknown): void {
    isWalking = false
    if (thrown instanceof LimitReached) gaps.add(thrown.reason, thrown.message)
    else if (thrown instanceof TarError) gaps.add('LAYER_DAMAGED', `the archive ${thrown.message}`)
    else defect = thrown
  }

  function finish(): LayerResult | Promise<LayerResult> {
    const last = head ? begin(head) : undefined
    const end = (): void | Promise<void> => {
      if (isWalking) return attempt(() => inflater?.end(), 'its compressed data are cut off')
    }
    const ended = last ? last.then(end) : end()
    return ended ? ended.then(result) : result()
  }

  function result(): LayerResult {
    close()
    if (isWalking) {
      try {
        walker.end()
      } catch (thrown) {
        endWalk(thrown)
      }
    }
    verify()
    if (defect !== undefined) throw defect
    return {
      facts: { blob: blob.digest, uncompressedSize: inflated, ...content.facts(), gaps: gaps.list() },
      missedTargets: content.missedTargets(),
      profile: content.profile,
    }
  }

  function verify(): void {
    if (received !== blob.size) {
      throw new TallymanError('BLOB_CORRUPT', `blob ${blob.digest} ended after ${received} of ${blob.size} bytes`)
    }
    const digest = `sha256:${hash.digest('hex')}`
    if (digest !== blob.digest) {
      throw new TallymanError('BLOB_CORRUPT', `blob ${blob.digest} arrived with the digest ${digest}`)
    }
  }

  function close(): void {
    inflater?.close()
  }

  return { push, finish, close }
}
