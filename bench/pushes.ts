import { setTimeout as sleep } from 'node:timers/promises'
import { createLayerPool } from '../src/adapters/layers/pool.ts'
import { createEmbeddedQueue } from '../src/adapters/queue/embedded.ts'
import type { OpenStore } from '../src/adapters/store/create-store.ts'
import type { ImageSource } from '../src/core/image/image.ts'
import type { Rules } from '../src/core/policy/rules.ts'
import { createPushGate, type PushGate } from '../src/flows/push-gate.ts'
import { scanImage } from '../src/flows/scan-image.ts'
import { runWorker } from '../src/flows/work.ts'
import { createLog } from '../src/log.ts'
import { type BuiltImage, buildImage } from '../test/support/build-image.ts'

/** Between two pushes at most: several fall into every second of bulk work. */
const longestGapMs = 400
const systemPackages = 200

export interface Pushes {
  /** Bulk work that runs meanwhile stands back at this gate, as in a server. */
  readonly gate: PushGate
  /**
   * Sends jobs for new images one after the other while `work` runs, and takes the milliseconds from the sending of each to its
   * verdict: the way through queue, worker, layer threads, store, matching and judging of a real push, but for the network.
   */
  during(work: Promise<unknown>): Promise<readonly number[]>
  close(): Promise<void>
}

export function createPushes(store: OpenStore, rules: Rules): Pushes {
  const queue = createEmbeddedQueue({ db: store.db, maxAttempts: 3 })
  const layers = createLayerPool({})
  const log = createLog('silent')
  const gate = createPushGate()
  const images = new Map<string, BuiltImage>()
  const done = new Map<string, () => void>()
  const deps = {
    store,
    layers,
    engine: 'bench',
    rules: async () => rules,
    now: () => new Date(),
    progress: () => {},
  }
  const scan = async ({ name }: Readonly<Record<string, unknown>>, { signal }: { readonly signal: AbortSignal }) => {
    const reference = String(name)
    const location = { registry: 'bench', repository: reference }
    const target = {
      source: sourceOf(images.get(reference)!),
      location,
      reference,
      tag: 'latest',
      tagOrDigest: 'latest',
    }
    await gate.run(async () => scanImage({ ...target, platform: null }, deps, signal))
    done.get(reference)?.()
  }
  const stop = new AbortController()
  const worker = runWorker({ queue, handlers: { scan }, concurrency: 4, log }, stop.signal)
  let sent = 0

  async function push(): Promise<number> {
    const name = `push-${process.pid}-${++sent}`
    images.set(name, await pushedImage(name))
    const judged = new Promise<void>((resolve) => done.set(name, resolve))
    const started = performance.now()
    await queue.send([{ lane: 'push', kind: 'scan', key: name, payload: { name } }])
    await judged
    return performance.now() - started
  }

  return {
    gate,
    async during(work) {
      const over = new AbortController()
      const ended = work.finally(() => over.abort())
      const times: number[] = []
      while (!over.signal.aborted) {
        times.push(await push())
        await sleep(Math.random() * longestGapMs)
      }
      await ended
      return times.toSorted((a, b) => a - b)
    },
    async close() {
      stop.abort()
      await worker
      await queue.close()
      await layers.close()
    },
  }
}

/** A Debian system of which the fleet has most packages, with one that nobody has. */
function pushedImage(name: string): Promise<BuiltImage> {
  const packages = Array.from({ length: systemPackages }, (_, index) => [
    `debian-package-${index}`,
    `1.${index % 8}.0-1`,
  ])
  const status = [...packages, [name, '1.0.0-1']].map(
    ([own, version]) => `Package: ${own}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
  )
  const entries = {
    'etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    'var/lib/dpkg/status': status.join('\n'),
    'usr/share/filler': Buffer.alloc(2 ** 22, name),
  }
  return buildImage({ layers: [{ entries }] })
}

function sourceOf({ descriptor, bytes, blobs }: BuiltImage): ImageSource {
  return {
    manifest: async () => ({ descriptor, bytes }),
    async *blob({ digest }) {
      yield blobs.find((blob) => blob.descriptor.digest === digest)!.bytes
    },
  }
}
