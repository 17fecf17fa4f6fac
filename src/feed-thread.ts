import { parentPort, workerData, Worker } from 'node:worker_threads'
import type { Config } from './config.ts'
import { asTallymanError, TallymanError, type ErrorCode } from './errors.ts'
import { refreshFeeds, type FeedRefresh } from './flows/refresh-feeds.ts'
import { createLog } from './log.ts'
import { loadPolicies, openFeeds, openRules, openStore } from './wire.ts'

/**
 * Reading a feed parses and compresses tens of thousands of records: seconds of work that would hold up webhooks and scans
 * on the event loop (a scan of 0.5 s took 7 s beside a first import). So it runs in a thread with a store of its own; only
 * the short write transactions are shared.
 */

type Refreshed = Pick<FeedRefresh, 'failed' | 'held'> & { readonly snapshot: number | null }
type Answer =
  | { readonly refreshed: Refreshed }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } }

/**
 * Refreshes the named ones of the configured feeds in a thread. `signal` stops it; what was not adopted by then is cleared by
 * the next run.
 */
export async function refreshFeedsInThread(
  config: Config,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Refreshed> {
  signal.throwIfAborted()
  const thread = new Worker(new URL(import.meta.url), { workerData: { refresh: config, names } })
  const stop = () => thread.postMessage('stop')
  signal.addEventListener('abort', stop, { once: true })
  const ended = new Promise((resolve) => thread.once('exit', resolve))
  try {
    const answer = await new Promise<Answer>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', (code) => reject(new TallymanError('INTERNAL', `the feed thread ended with code ${code}`)))
    })
    if ('error' in answer) throw new TallymanError(answer.error.code, answer.error.message)
    return answer.refreshed
  } finally {
    signal.removeEventListener('abort', stop)
    // A process that ends while the thread still takes down its database may crash in the middle of it.
    await ended
  }
}

async function refresh(config: Config, names: readonly string[], signal: AbortSignal): Promise<Refreshed> {
  const store = await openStore(config)
  try {
    const log = createLog(config.log.level)
    const rules = openRules(loadPolicies(config.policy.file), store)
    const deps = { store, log, rules, now: () => new Date() }
    const { snapshot, failed, held } = await refreshFeeds(openFeeds(config, names), deps, signal)
    return { snapshot: snapshot?.number ?? null, failed, held }
  } finally {
    await store.close()
  }
}

async function answerOf(config: Config, names: readonly string[], signal: AbortSignal): Promise<Answer> {
  try {
    return { refreshed: await refresh(config, names, signal) }
  } catch (thrown) {
    const { code, message } = asTallymanError(thrown)
    return { error: { code, message } }
  }
}

const task = workerData as { readonly refresh?: Config; readonly names?: readonly string[] } | null
if (parentPort && task?.refresh) {
  const port = parentPort
  const stopping = new AbortController()
  port.on('message', () => stopping.abort())
  port.postMessage(await answerOf(task.refresh, task.names ?? [], stopping.signal))
  port.close()
}
