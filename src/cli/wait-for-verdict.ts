import { setTimeout as sleep } from 'node:timers/promises'
import { asTallymanError, TallymanError } from '../errors.ts'
import type { VerdictAnswer } from '../flows/answer-verdict.ts'
import type { Progress } from './actions.ts'
import type { ServerClient } from './server-client.ts'

/** Between two questions: first soon, because most scans take a second or two, then less and less often. */
const firstPauseMs = 500
const longestPauseMs = 5_000
const growth = 1.5

export interface Waiting {
  /** 0: ask once. */
  readonly seconds: number
  readonly progress: Progress
  readonly signal: AbortSignal
}

/**
 * The verdict, once every platform of the image has one. An image that the server does not know is scanned: asked for
 * once. When time is up, an incomplete answer is an answer; the lack of one stays NOT_SCANNED.
 */
export async function waitForVerdict(image: string, client: ServerClient, waiting: Waiting): Promise<VerdictAnswer> {
  const { seconds, progress, signal } = waiting
  const deadline = performance.now() + seconds * 1_000
  let scanRequested = false
  for (let pause = firstPauseMs; ; pause = Math.min(pause * growth, longestPauseMs)) {
    const answer = await ask(image, client)
    const left = deadline - performance.now()
    const isFinal = !(answer instanceof TallymanError) && answer.complete
    if (isFinal || left <= 0) {
      if (answer instanceof TallymanError) throw answer
      return answer
    }
    if (!(answer instanceof TallymanError)) progress(`${image}: some platforms have no verdict yet`)
    else if (answer.code !== 'NOT_SCANNED') progress(`${answer.message}; trying again`)
    else if (!scanRequested) {
      scanRequested = true
      progress(`${image}: not scanned yet, ${await requestScan(image, client)}`)
    }
    await sleep(Math.min(pause, left), undefined, { signal })
  }
}

/** Errors that can pass by themselves are returned: while there is time, they are asked about again. */
async function ask(image: string, client: ServerClient): Promise<VerdictAnswer | TallymanError> {
  try {
    return await client.verdict(image)
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.code === 'NOT_SCANNED' || (error.retry && error.code !== 'ABORTED')) return error
    throw error
  }
}

/** A token that may only read, or a bare digest, can still wait for the image's push. */
async function requestScan(image: string, client: ServerClient): Promise<string> {
  try {
    await client.requestScan(image)
    return 'asked for a scan'
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.code === 'FORBIDDEN' || error.code === 'REFERENCE_INVALID')
      return `waiting for its push (${error.message})`
    throw error
  }
}
