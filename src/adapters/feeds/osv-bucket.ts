import { Agent, fetch, type Dispatcher, type Response } from 'undici'
import { TallymanError } from '../../errors.ts'
import { ARCHIVE_NAME, MAX_ARCHIVE_BYTES, archiveRecords, type FeedPart } from './osv-part.ts'

export interface BucketOptions {
  readonly ecosystems: readonly string[]
  readonly userAgent: string | undefined
  readonly dispatcher: Dispatcher | undefined
}

/** The list of ecosystems has under a hundred short lines. */
const MAX_LIST_BYTES = 64 * 1024

/** A bucket answers at once; the body of a large archive may pause, but not for a minute. */
const defaultDispatcher = new Agent({ connect: { timeout: 10_000 }, headersTimeout: 30_000, bodyTimeout: 60_000 })

/**
 * One part for each ecosystem of a bucket in OSV's layout, with the validators that it answers for each archive. The
 * archives themselves are fetched only when their records are asked for. FEED_UNAVAILABLE, FEED_INVALID.
 */
export async function bucketParts(url: URL, options: BucketOptions, signal: AbortSignal): Promise<FeedPart[]> {
  const { ecosystems, userAgent = 'tallyman', dispatcher = defaultDispatcher } = options
  const bucket = bucketAt(url, userAgent, dispatcher)
  if (url.pathname.endsWith('.zip')) return [await bucket.part('', '', ecosystems, signal)]
  const parts: FeedPart[] = []
  for (const folder of ecosystems.length > 0 ? ecosystems : await bucket.ecosystems(signal)) {
    parts.push(await bucket.part(folder, `${encodeURIComponent(folder)}/${ARCHIVE_NAME}`, [], signal))
  }
  return parts
}

interface Bucket {
  ecosystems(signal: AbortSignal): Promise<string[]>
  /** The archive at a path relative to the bucket, whose records lie in `folder`. */
  part(folder: string, path: string, ecosystems: readonly string[], signal: AbortSignal): Promise<FeedPart>
}

function bucketAt(url: URL, userAgent: string, dispatcher: Dispatcher): Bucket {
  const base = new URL(url)
  const headers = { 'user-agent': userAgent, ...authorization(base) }
  base.username = ''
  base.password = ''

  const ask = async (method: string, path: string, signal: AbortSignal): Promise<Response> => {
    const target = new URL(path, base).href
    const response = await fetch(target, { method, headers, dispatcher, signal }).catch((error: unknown) => {
      throw unavailable(target, error, signal)
    })
    if (response.ok) return response
    await response.body?.cancel()
    throw new TallymanError('FEED_UNAVAILABLE', `${target} answered ${response.status}`, { status: response.status })
  }

  const read = async (path: string, maxBytes: number, signal: AbortSignal): Promise<Buffer> => {
    const response = await ask('GET', path, signal)
    const target = new URL(path, base).href
    const chunks: Uint8Array[] = []
    let size = 0
    try {
      for await (const chunk of response.body ?? []) {
        size += chunk.byteLength
        if (size > maxBytes) throw new TallymanError('FEED_INVALID', `${target} is longer than ${maxBytes} bytes`)
        chunks.push(chunk)
      }
    } catch (error) {
      throw error instanceof TallymanError ? error : unavailable(target, error, signal)
    }
    return Buffer.concat(chunks, size)
  }

  return {
    async ecosystems(signal) {
      const lines = (await read('ecosystems.txt', MAX_LIST_BYTES, signal)).toString().split('\n')
      // Releases (`Alpine:v3.20`) have no archive of their own: their records lie in the base ecosystem's.
      const names = lines.map((line) => line.trim()).filter((name) => name !== '' && !name.includes(':'))
      if (names.length === 0 || !names.every((name) => /^[\w[\]][\w .[\]-]*$/.test(name))) {
        throw new TallymanError('FEED_INVALID', `${new URL('ecosystems.txt', base).href} is not a list of ecosystems`)
      }
      return names
    },
    async part(folder, path, ecosystems, signal) {
      const { headers } = await ask('HEAD', path, signal)
      const modified = headers.get('last-modified')
      const dated = modified === null ? null : `${modified} ${headers.get('content-length') ?? ''}`
      return {
        folder,
        tag: headers.get('etag') ?? dated,
        changed: new Date().toISOString(),
        async *records(signal) {
          yield* archiveRecords(await read(path, MAX_ARCHIVE_BYTES, signal), folder, ecosystems, signal)
        },
      }
    },
  }
}

function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
}

/** An abort stays an abort; everything else that goes wrong on the way is the feed's. */
function unavailable(target: string, error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return error
  const { cause } = error as { cause?: unknown }
  const reason = cause instanceof Error ? cause.message : error instanceof Error ? error.message : String(error)
  return new TallymanError('FEED_UNAVAILABLE', `${target} could not be fetched: ${reason}`, {}, { cause: error })
}
