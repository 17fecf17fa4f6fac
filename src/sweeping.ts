import { setTimeout as sleep } from 'node:timers/promises'
import { asTallymanError } from './errors.ts'
import { reinventory, reinventoryJob } from './flows/reinventory.ts'
import type { Handler } from './flows/run-job.ts'
import { runScanJob, type ScanJobDeps } from './flows/scan-job.ts'
import {
  beginSweep,
  isSweepDue,
  sweepJob,
  sweepSlice,
  wasMissed,
  type SweepDeps,
  type SweptRegistry,
} from './flows/sweep-registry.ts'
import type { House } from './serve.ts'
import { openKeys, sweptRegistry } from './wire.ts'

/** What a worker does for the sweep lane beside scanning. */
export interface Sweeping {
  readonly handlers: Readonly<Record<'sweep' | 'reinventory', Handler>>
  /** A scan that a walk asked for. Nobody is told of it by itself: walks find thousands. */
  scan(payload: unknown, deps: ScanJobDeps, signal: AbortSignal): Promise<void>
  /** Starts walks when they are due, and has told what they found, until `signal` aborts. Never throws. */
  run(tell: () => Promise<void>, signal: AbortSignal): Promise<void>
}

/** Of one job: at the rate of a careful client a minute or less, so that other work gets its turn. */
const requestsPerSlice = 200
/** Between two slices: with the slices' own time about twenty requests a second at the most. */
const pauseSeconds = 5
const lookEverySeconds = 60
const tellEverySeconds = 15 * 60
/** Of the lock on a registry's walk, renewed while it runs. */
const lockSeconds = 60

export function createSweeping({ config, backend, registries, log, metrics }: House): Sweeping {
  const { store, queue } = backend
  const keys = openKeys(config)
  const deps: SweepDeps = {
    store,
    queue,
    now: () => new Date(),
    progress: (line) => log.debug(line),
    trouble: ({ code, message }, at) => log.warn({ ...at, code }, `could not be walked through: ${message}`),
  }

  async function goOn(registry: SweptRegistry, signal: AbortSignal): Promise<void> {
    const { name } = registry
    const sweep = await store.sweeps.of(name)
    if (sweep === undefined || sweep.finishedAt !== null) await beginSweep(registry, deps, signal)
    const end = await sweepSlice(registry, deps, requestsPerSlice, signal)
    if (end === 'more') await queue.send([sweepJob(name, pauseSeconds)])
    if (end === 'done') log.info({ registry: name, ...(await store.sweeps.of(name)) }, 'registry walked through')
  }

  async function startWalks(): Promise<void> {
    for (const { name, sweepEverySeconds } of config.registries) {
      if (sweepEverySeconds === undefined) continue
      const due = isSweepDue(await store.sweeps.of(name), sweepEverySeconds, new Date())
      if (due) await queue.send([sweepJob(name)])
    }
  }

  return {
    handlers: {
      sweep: async ({ registry }, { signal }) => {
        const name = String(registry)
        const declared = registries.named(name)
        const every = declared.config.sweepEverySeconds
        // A job may have waited while another walk was finished.
        if (every === undefined || !isSweepDue(await store.sweeps.of(name), every, new Date())) return
        try {
          await store.exclusively(`sweep:${name}`, lockSeconds, () => goOn(sweptRegistry(declared), signal))
        } catch (thrown) {
          signal.throwIfAborted()
          // Not for the queue to try again: the walk is still due, and is started again in a minute.
          deps.trouble(asTallymanError(thrown), { registry: name })
        }
      },
      reinventory: async (payload) => {
        const isDeclared = (registry: string) => registries.byName.has(registry)
        const images = await reinventory(payload, { store, queue, keys, isDeclared })
        if (images > 0) log.info({ images }, 'images are read again by newer catalogers')
      },
    },

    async scan(payload, scanDeps, signal) {
      const named = payload as Readonly<Record<string, unknown>>
      if (await wasMissed(named, store)) metrics.eventMissed(String(named['registry']))
      await runScanJob(payload, { ...scanDeps, judged: async () => {} }, signal)
    },

    async run(tell, signal) {
      let told = Date.now()
      let started = false
      while (!signal.aborted) {
        try {
          if (!started) await queue.send([reinventoryJob()])
          started = true
          await startWalks()
          if (Date.now() - told >= tellEverySeconds * 1000) {
            await tell()
            told = Date.now()
          }
        } catch (thrown) {
          const { code, message } = asTallymanError(thrown)
          if (!signal.aborted) log.warn({ code }, `walks could not be started: ${message}`)
        }
        await sleep(lookEverySeconds * 1000, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}
