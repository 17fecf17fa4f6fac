import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { TallymanError } from '../../errors.ts'
import type { HttpSource } from './http-source.ts'

/** `<file>.sha256` beside a file: 64 hex digits, as `sha256sum` writes them. */
const SUFFIX = '.sha256'
const MAX_CHECKSUM_BYTES = 64 * 1024

/** FEED_INVALID if the file has a checksum beside it that the bytes do not have. */
export async function verifyFile(file: string, bytes: Buffer): Promise<void> {
  const text = await readFile(file + SUFFIX, 'utf8').catch(() => undefined)
  if (text !== undefined) verify(file, bytes, text)
}

/** The same at a URL. */
export async function verifyRemote(
  source: HttpSource,
  path: string,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const target = new URL(source.href(path))
  target.pathname += SUFFIX
  const answer = await source.ask('GET', target.href, null, signal).catch((error: unknown) => {
    // A bucket that may not be listed answers so for what it lacks.
    if ((error as TallymanError).details?.['status'] === 403) return 'missing'
    throw error
  })
  if (typeof answer === 'string') return
  verify(source.href(path), bytes, (await source.body(answer, MAX_CHECKSUM_BYTES, signal)).toString())
}

function verify(what: string, bytes: Buffer, text: string): void {
  const expected = /^[0-9a-f]{64}\b/i.exec(text.trim())?.[0].toLowerCase()
  const actual = createHash('sha256').update(bytes).digest('hex')
  if (expected === actual) return
  const problem = expected ? `has the SHA-256 ${actual}, not ${expected}` : 'has no SHA-256'
  throw new TallymanError('FEED_INVALID', `${what} ${problem} as ${SUFFIX} beside it says; nothing of it is adopted`)
}
