import { TallymanError } from '../../errors.ts'
import { pause } from './retry.ts'

/** Lets requests to one registry through: so many at a time, so many a second, none while the registry wants quiet. */
export interface Gate {
  /** Waits for a place; the result gives it back. REGISTRY_RATE_LIMITED where the wait would be longer than we wait in a job. */
  enter(signal: AbortSignal): Promise<() => void>
  /** Nobody passes for so long: a 429 is meant for all of us. */
  holdBack(milliseconds: number): void
}

export interface GateOptions {
  readonly concurrency: number
  readonly requestsPerSecond?: number
  readonly longestWaitMs: number
}

/** No header closes a registry for longer: a wrong one would do it until the next start. */
const longestQuietMs = 15 * 60_000

export function createGate({ concurrency, requestsPerSecond, longestWaitMs }: GateOptions): Gate {
  const spacing = requestsPerSecond ? 1_000 / requestsPerSecond : 0
  const waiting: (() => void)[] = []
  let free = concurrency
  let nextTurn = 0
  let quietUntil = 0

  function leave(): void {
    const next = waiting.shift()
    if (next) next()
    else free += 1
  }

  async function place(signal: AbortSignal): Promise<void> {
    if (free > 0) {
      free -= 1
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        waiting.splice(waiting.indexOf(go), 1)
        reject(new TallymanError('ABORTED', 'stopped while waiting for a free connection to the registry'))
      }
      waiting.push(go)
      signal.addEventListener('abort', giveUp, { once: true })
    })
  }

  async function turn(signal: AbortSignal): Promise<void> {
    const mine = Math.max(performance.now(), nextTurn)
    nextTurn = mine + spacing
    for (let now = performance.now(); now < Math.max(mine, quietUntil); now = performance.now()) {
      if (quietUntil - now > longestWaitMs) throw asksForQuiet(quietUntil - now)
      await pause(Math.max(mine, quietUntil) - now, signal)
    }
  }

  return {
    async enter(signal) {
      signal.throwIfAborted()
      await place(signal)
      try {
        await turn(signal)
      } catch (error) {
        leave()
        throw error
      }
      let inside = true
      return () => {
        if (inside) leave()
        inside = false
      }
    },
    holdBack(milliseconds) {
      quietUntil = Math.max(quietUntil, performance.now() + Math.min(milliseconds, longestQuietMs))
    },
  }
}

function asksForQuiet(milliseconds: number): TallymanError {
  const seconds = Math.ceil(milliseconds / 1_000)
  return new TallymanError('REGISTRY_RATE_LIMITED', `the registry asked for no requests for another ${seconds} s`, {
    retryAfterMs: milliseconds,
  })
}
