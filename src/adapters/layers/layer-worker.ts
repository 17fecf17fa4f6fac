import { getCompileCacheDir } from 'node:module'
import { Worker } from 'node:worker_threads'
import type { LayerResult } from '../../core/layer/read-layer.ts'
import { TallymanError } from '../../errors.ts'
import type { LayerJob, Reply, Request } from './protocol.ts'
import { passedThrough } from './young-garbage.ts'

export interface LayerWorkerOptions {
  readonly file: URL
  /** Milliseconds without an answer after which a worker is taken for stuck. */
  readonly stuckAfter: number
  readonly heapMiB: number
}

/** One thread, which reads one layer at a time. */
export interface LayerWorker {
  /** Rejects with WorkerDied if the thread ends or is stuck; the worker is of no more use then. */
  run(job: LayerJob, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LayerResult>
  isAlive(): boolean
  close(): Promise<void>
}

export class WorkerDied extends Error {}

/**
 * Sockets give 64 KiB at a time; a message, a hash update and an inflater call for each cost a tenth of the whole. Four
 * buffers a worker travel back and forth: at most 2 MiB are on the way, and a source that is faster waits.
 */
export const bufferBytes = 512 * 1024
export const bufferCount = 4

/**
 * Threads do not take over the compile cache of the process. Where it has one, a thread with it starts in half the time and
 * is 18 MB smaller, because nothing has to strip types.
 */
const bootstrap = `
  const { workerData } = require('node:worker_threads')
  if (workerData.compileCache) require('node:module').enableCompileCache(workerData.compileCache)
  import(workerData.file)
`

export function startLayerWorker({ file, stuckAfter, heapMiB }: LayerWorkerOptions): LayerWorker {
  const thread = new Worker(bootstrap, {
    eval: true,
    workerData: { file: file.href, compileCache: getCompileCacheDir() },
    // The young generation decides how much garbage piles up before it is collected: memory that buys no speed here.
    resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: 6 },
  })
  const free = Array.from({ length: bufferCount }, () => new ArrayBuffer(bufferBytes))
  let death: WorkerDied | undefined
  let buffer: PromiseWithResolvers<ArrayBuffer> | undefined
  let result: PromiseWithResolvers<LayerResult> | undefined
  let dropped: PromiseWithResolvers<void> | undefined
  /** Answers that the thread owes, and the clock that runs meanwhile; it does not run while we wait for the source. */
  let owed = 0
  let patience: NodeJS.Timeout | undefined

  thread.unref()
  thread.on('message', receive)
  thread.on('error', (error) => die(`a layer worker failed: ${error.message}`))
  thread.on('exit', () => die('a layer worker ended'))

  function receive(reply: Reply): void {
    // An error is told out of turn; every other message answers one of ours, and `dropped` all that went before.
    if (reply.kind === 'error') return result?.reject(errorOf(reply))
    owed = reply.kind === 'dropped' ? 0 : owed - 1
    if (owed > 0) patience?.refresh()
    else calm()
    if (reply.kind === 'result') result?.resolve(reply.result)
    else if (reply.kind === 'dropped') dropped?.resolve()
    else if (buffer) {
      buffer.resolve(reply.buffer)
      buffer = undefined
    } else free.push(reply.buffer)
  }

  function ask(request: Request, transfer: ArrayBuffer[] = []): void {
    owed++
    patience ??= setTimeout(() => die(`a layer worker did not answer for ${stuckAfter / 1000} s`), stuckAfter)
    thread.postMessage(request, transfer)
  }

  function calm(): void {
    clearTimeout(patience)
    patience = undefined
  }

  function die(message: string): void {
    if (death) return
    death = new WorkerDied(message)
    calm()
    buffer?.reject(death)
    result?.reject(death)
    dropped?.reject(death)
    void thread.terminate()
  }

  async function run(job: LayerJob, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LayerResult> {
    if (death) throw death
    const own = (result = Promise.withResolvers())
    let failure: unknown
    own.promise.catch((error: unknown) => (failure = error))
    thread.ref()
    try {
      thread.postMessage({ kind: 'begin', job } satisfies Request, [])
      await sendAll(bytes, () => {
        signal.throwIfAborted()
        if (failure) throw failure
      })
      ask({ kind: 'end' })
      return await own.promise
    } catch (thrown) {
      await drop()
      throw thrown
    } finally {
      result = undefined
      thread.unref()
    }
  }

  async function sendAll(bytes: AsyncIterable<Uint8Array>, check: () => void): Promise<void> {
    let current: ArrayBuffer | undefined
    let filled = 0
    const flush = (full: ArrayBuffer): void => {
      ask({ kind: 'bytes', buffer: full, length: filled }, [full])
      current = undefined
      filled = 0
    }
    try {
      for await (const chunk of bytes) {
        check()
        let at = 0
        while (at < chunk.length) {
          current ??= await takeBuffer()
          const part = chunk.subarray(at, at + bufferBytes - filled)
          new Uint8Array(current).set(part, filled)
          filled += part.length
          at += part.length
          if (filled === bufferBytes) flush(current)
        }
        passedThrough(chunk.length)
      }
      check()
      if (current) flush(current)
    } finally {
      if (current) free.push(current)
    }
  }

  async function takeBuffer(): Promise<ArrayBuffer> {
    if (death) throw death
    buffer = free.length > 0 ? undefined : Promise.withResolvers()
    return buffer?.promise ?? free.pop()!
  }

  /** Waits until the thread has forgotten the reading, so that nothing of it is taken for an answer to the next. */
  async function drop(): Promise<void> {
    if (death) return
    dropped = Promise.withResolvers()
    ask({ kind: 'drop' })
    await dropped.promise.catch(() => {}) // it died instead, which the next user is told
  }

  return {
    run,
    isAlive: () => death === undefined,
    async close() {
      die('the layer worker was closed')
      await thread.terminate()
    },
  }
}

function errorOf({ code, message, stack }: Extract<Reply, { kind: 'error' }>): TallymanError {
  const error = new TallymanError(code, message)
  if (code === 'INTERNAL') error.stack = stack
  return error
}
