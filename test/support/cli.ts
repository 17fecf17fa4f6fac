import { Writable } from 'node:stream'
import type { CliActions } from '../../src/cli/actions.ts'
import type { CliIo, OutputStream } from '../../src/cli/io.ts'
import { runCli } from '../../src/cli/program.ts'

export interface CliRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command line in this process with what it prints caught; only the actions that the test gives exist. */
export async function runTallyman(
  argv: readonly string[],
  actions: Partial<CliActions> = {},
  options: { readonly now?: Date; readonly columns?: number; readonly signal?: AbortSignal } = {},
): Promise<CliRun> {
  const stdout = new Caught(options.columns)
  const stderr = new Caught()
  const io: CliIo = {
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    now: () => options.now ?? new Date('2026-05-02T12:00:00Z'),
  }
  const exitCode = await runCli(argv, { version: '0.0.0', ...actions } as CliActions, io)
  return { exitCode, stdout: stdout.text, stderr: stderr.text }
}

/** With `columns`, as a terminal looks. */
class Caught extends Writable implements OutputStream {
  text = ''
  readonly isTTY: boolean
  readonly columns: number

  constructor(columns?: number) {
    super()
    this.isTTY = columns !== undefined
    this.columns = columns ?? 0
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}
