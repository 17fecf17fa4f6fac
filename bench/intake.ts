import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { measureProgram, median, rounded } from './measure.ts'

/** Requests a second and latencies in milliseconds, at 128 connections. */
interface IntakeRun {
  readonly requestsPerSecond: number
  readonly p50: number
  readonly p99: number
  /** Notifications that were answered with 2xx. */
  readonly taken: number
}

/** Webhook intake with the group commit of the product, beside one durable commit per request; medians of alternating runs. */
export async function benchIntake(rounds: number, seconds: number): Promise<Record<string, number>> {
  const grouped: IntakeRun[] = []
  const single: IntakeRun[] = []
  for (let round = 0; round < rounds; round++) {
    grouped.push(await runIntake('group', seconds))
    single.push(await runIntake('single', seconds))
  }
  const middle = (runs: readonly IntakeRun[], figure: keyof IntakeRun): number => median(runs.map((run) => run[figure]))
  const [fast, slow] = [middle(grouped, 'requestsPerSecond'), middle(single, 'requestsPerSecond')]
  return {
    requestsPerSecond: rounded(fast, 0),
    singleCommitRequestsPerSecond: rounded(slow, 0),
    ratioToSingleCommit: rounded(fast / slow),
    p50Milliseconds: middle(grouped, 'p50'),
    p99Milliseconds: middle(grouped, 'p99'),
    singleCommitP50Milliseconds: middle(single, 'p50'),
    singleCommitP99Milliseconds: middle(single, 'p99'),
  }
}

async function runIntake(mode: 'group' | 'single', seconds: number): Promise<IntakeRun> {
  const file = new URL('intake-server.ts', import.meta.url).pathname
  const server = spawn(process.execPath, [file, mode], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
  const url = await lines.next()
  if (url.done) throw new Error('the intake server did not start')
  try {
    const { stdout } = await measureProgram('intake-load.ts', [url.value, String(seconds)])
    server.stdin.end()
    const stored = Number((await lines.next()).value)
    const run = JSON.parse(stdout) as IntakeRun
    // What was cut off at the end of the run may be stored without its answer having been seen; never the other way round.
    if (!(stored >= run.taken)) throw new Error(`${run.taken} notifications were taken, ${stored} are stored`)
    return run
  } finally {
    server.stdin.end()
    if (server.exitCode === null) await once(server, 'exit')
  }
}
