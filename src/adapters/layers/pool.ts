import { availableParallelism } from 'node:os'
import pLimit from 'p-limit'
import type { LayerProfile } from '../../core/layer/evidence.ts'
import type { LayerBlob, LayerFacts, LayerReader } from '../../core/layer/facts.ts'
import type { LayerResult } from '../../core/layer/read-layer.ts'
import { LAYER_THREAD_DIED } from '../../core/layer/transient.ts'
import { TallymanError } from '../../errors.ts'
import { startLayerWorker, WorkerDied, type LayerWorker } from './layer-worker.ts'
import type { LayerJob } from './protocol.ts'

export interface LayerPoolOptions {
  /** Threads; one per core unless given. Each holds about 40 MB while it reads. */
  readonly size?: number
  /** The worker's file; the one with all catalogers unless given. */
  readonly file?: URL
  /** Milliseconds after which an idle thread is ended. */
  readonly idleAfter?: number
  readonly stuckAfter?: number
  readonly heapMiB?: number
  /** For the benchmark. */
  readonly onProfile?: (blob: LayerBlob, profile: LayerProfile) => void
}

/** Half a megabyte of input takes milliseconds, and the largest package file a second: a minute is a hang, not load. */
const stuckAfter = 60_000

/** Starting a thread costs 50 to 100 ms, keeping one 20 MB. */
const idleAfter = 10_000

/** A layer of a million entries, the limit, needs 250 MB. */
const heapMiB = 768

/**
 * Reads layers in worker threads, one layer a thread, so that inflating never holds up the event loop. Inside a thread
 * everything is synchronous. Readers of the same blob at the same time share one reading and its facts, but not its failure:
 * one repository may be refused what another is given.
 */
export function createLayerPool(options: LayerPoolOptions = {}): LayerReader {
  const settings = {
    file: options.file ?? new URL('./worker.ts', import.meta.url),
    stuckAfter: options.stuckAfter ?? stuckAfter,
    heapMiB: options.heapMiB ?? heapMiB,
  }
  const limit = pLimit(options.size ?? availableParallelism())
  const workers = new Set<LayerWorker>()
  const idle = new Map<LayerWorker, NodeJS.Timeout>()
  const running = new Map<string, Promise<LayerFacts>>()
  let isClosed = false

  async function read(
    blob: LayerBlob,
    open: () => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<LayerFacts> {
    for (;;) {
      signal.throwIfAborted()
      const shared = running.get(keyOf(blob))
      if (!shared) return abortable(start(blob, open, signal), signal)
      try {
        return await abortable(shared, signal)
      } catch (thrown) {
        // Whoever began it gave up or was refused; this caller has a source of its own.
        if (signal.aborted || isClosed) throw thrown
      }
    }
  }

  function start(blob: LayerBlob, open: () => AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<LayerFacts> {
    const facts = limit(() => readWhole(blob, open, signal)).finally(() => running.delete(keyOf(blob)))
    running.set(keyOf(blob), facts)
    return facts
  }

  async function readWhole(
    blob: LayerBlob,
    open: () => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<LayerFacts> {
    signal.throwIfAborted()
    const pass = (job: Partial<LayerJob>): Promise<LayerResult> =>
      onWorker((worker) => worker.run({ blob, alsoRead: new Map(), withCatalogers: true, ...job }, open(), signal))
    try {
      let result = await pass({})
      if (result.missedTargets.size > 0) result = await pass({ alsoRead: result.missedTargets })
      options.onProfile?.(blob, result.profile)
      return result.facts
    } catch (thrown) {
      if (!(thrown instanceof WorkerDied)) throw thrown
      if (isClosed) throw new TallymanError('ABORTED', 'the layer pool was closed')
      return afterDeath(thrown, await pass({ withCatalogers: false }).catch(refuse))
    }
  }

  async function onWorker<T>(work: (worker: LayerWorker) => Promise<T>): Promise<T> {
    const worker = takeWorker()
    try {
      return await work(worker)
    } finally {
      putBack(worker)
    }
  }

  function takeWorker(): LayerWorker {
    const [waiting] = idle.keys()
    if (waiting) {
      clearTimeout(idle.get(waiting))
      idle.delete(waiting)
      return waiting
    }
    const worker = startLayerWorker(settings)
    workers.add(worker)
    return worker
  }

  function putBack(worker: LayerWorker): void {
    if (worker.isAlive())
      idle.set(worker, setTimeout(() => void retire(worker), options.idleAfter ?? idleAfter).unref())
    else void retire(worker)
  }

  /** Forgotten only once its thread is gone: a process that ends beside one which is still being ended may crash. */
  async function retire(worker: LayerWorker): Promise<void> {
    idle.delete(worker)
    await worker.close()
    workers.delete(worker)
  }

  async function close(): Promise<void> {
    isClosed = true
    for (const timer of idle.values()) clearTimeout(timer)
    idle.clear()
    await Promise.all([...workers].map((worker) => worker.close()))
    workers.clear()
  }

  return { read, close }
}

/** With the size, which is the manifest's word: a wrong one fails the readers who believe it, and nobody else. */
function keyOf({ digest, size }: LayerBlob): string {
  return `${digest} ${size}`
}

/** A layer whose content kills the thread that catalogs it: its tree stands, its packages are unknown, and that is said. */
function afterDeath(death: WorkerDied, { facts }: LayerResult): LayerFacts {
  const gap = {
    status: 'partial',
    reason: LAYER_THREAD_DIED,
    detail: `its packages were not read: ${death.message}`,
  } as const
  return { ...facts, gaps: [...facts.gaps, gap] }
}

function refuse(thrown: unknown): never {
  if (!(thrown instanceof WorkerDied)) throw thrown
  throw new TallymanError('INTERNAL', `a layer could not be read, not even without its packages: ${thrown.message}`)
}

/** Settles with the promise, or rejects as soon as the signal aborts. */
async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
