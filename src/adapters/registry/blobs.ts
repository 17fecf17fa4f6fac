import type { Descriptor } from '../../core/image/manifest.ts'
import { TallymanError } from '../../errors.ts'
import { refusal } from './failure.ts'
import { connectionError, discard } from './http.ts'
import type { HttpResponse } from './http.ts'
import { pause, retrying, waitAfter } from './retry.ts'
import type { Session } from './session.ts'

/** What a connection must carry before a break counts as the first again: a registry that gives a byte at a time must end. */
const progressBytes = 1024 * 1024

/**
 * A blob's bytes in order, not verified. A body that breaks off is taken up where it ended, at the registry again, because
 * the link that it redirected to may have run out. Never more bytes than the descriptor says: BLOB_CORRUPT.
 */
export async function* readBlob(
  session: Session,
  repository: string,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const at = { offset: 0, failures: 0, sound: 0 }
  for (;;) {
    const response = await openBlob(session, repository, digest, at.offset, signal)
    let broken: TallymanError | undefined
    try {
      for await (const chunk of resumed(response, at.offset, signal)) {
        at.offset += chunk.length
        if (at.offset > size)
          throw new TallymanError('BLOB_CORRUPT', `blob ${digest} has more than its ${size} bytes`, { permanent: true })
        yield chunk
      }
      if (at.offset === size) return
      broken = new TallymanError('REGISTRY_UNAVAILABLE', `blob ${digest} ended after ${at.offset} of ${size} bytes`)
    } catch (error) {
      if (!(error instanceof TallymanError) || error.code !== 'REGISTRY_UNAVAILABLE') throw error
      broken = error
    } finally {
      response.body.destroy()
    }
    at.failures = at.offset - at.sound >= progressBytes ? 1 : at.failures + 1
    at.sound = at.offset
    const wait = waitAfter(broken, at.failures, session.policy)
    if (wait === undefined) throw broken
    await pause(wait, signal)
  }
}

function openBlob(
  session: Session,
  repository: string,
  digest: string,
  offset: number,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const headers = offset > 0 ? { range: `bytes=${offset}-` } : {}
  const request = {
    method: 'GET',
    path: `/v2/${repository}/blobs/${digest}`,
    scope: `repository:${repository}:pull`,
    headers,
  } as const
  const open = async () => {
    const response = await session.open(request, signal)
    if (response.status === 200 || (response.status === 206 && offset > 0)) return response
    try {
      throw await refusal(response, { missing: 'BLOB_UNKNOWN', what: `blob ${digest} in ${repository}` }, signal)
    } finally {
      await discard(response)
    }
  }
  return retrying(open, session.policy, signal)
}

/** The body from `offset` on: a server that does not know ranges (200) begins at the start again. */
async function* resumed(response: HttpResponse, offset: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  let skip = response.status === 206 ? 0 : offset
  if (response.status === 206 && !startsAt(response, offset)) {
    throw new TallymanError(
      'REGISTRY_PROTOCOL',
      `${response.url.host} answered with another range than bytes ${offset} and on`,
    )
  }
  const body = response.body as AsyncIterable<Buffer>
  const chunks = body[Symbol.asyncIterator]()
  for (;;) {
    const { done, value } = await chunks.next().catch((error: unknown) => {
      throw connectionError(error, response.url, signal)
    })
    if (done) return
    if (skip < value.length) yield value.subarray(skip)
    skip = Math.max(0, skip - value.length)
  }
}

function startsAt({ headers }: HttpResponse, offset: number): boolean {
  return new RegExp(`^bytes ${offset}-\\d+/`).test(headers['content-range'] ?? '')
}
