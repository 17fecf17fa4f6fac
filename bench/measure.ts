import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What one command took, with all the processes that it started. */
export interface Cost {
  readonly wallSeconds: number
  /** User and system time. */
  readonly cpuSeconds: number
  /** Peak of the Node process; undefined for other programs. */
  readonly rssMiB: number | undefined
  readonly stdout: string
}

const usageFile = new URL('usage.mjs', import.meta.url)

/** Runs a shell command and lets the shell say what its children took; throws unless it ends with one of `exitCodes`. */
export async function measureShell(
  command: string,
  { env = {}, exitCodes = [0] }: { env?: Readonly<Record<string, string>>; exitCodes?: readonly number[] } = {},
): Promise<Cost> {
  const directory = await mkdtemp(join(tmpdir(), 'tallyman-bench-run-'))
  const usage = join(directory, 'usage')
  const start = performance.now()
  // The second line of `times` is what the children took.
  const child = spawn('sh', ['-c', `${command}\nstatus=$?; times >'${directory}/times'; exit $status`], {
    env: { ...process.env, ...env, TALLYMAN_BENCH_USAGE: usage },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, status] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? -1))),
  ])
  const wallSeconds = (performance.now() - start) / 1000
  try {
    if (!exitCodes.includes(status)) throw new Error(`${command} ended with ${status}:\n${stderr}`)
    const [, children = ''] = (await readFile(join(directory, 'times'), 'utf8')).split('\n')
    const peak = await readFile(usage, 'utf8').then(Number, () => undefined)
    return { wallSeconds, cpuSeconds: secondsIn(children), rssMiB: peak, stdout }
  } finally {
    await rm(directory, { recursive: true })
  }
}

/** Runs a program of this repository, TypeScript or a command, and asks its Node process for its peak memory when it ends. */
export function measureProgram(
  program: string,
  args: readonly string[],
  options: { env?: Readonly<Record<string, string>>; exitCodes?: readonly number[] } = {},
): Promise<Cost> {
  const file = new URL(program, import.meta.url).pathname
  const command = file.endsWith('.ts') ? [process.execPath, file] : [file]
  const env = { ...options.env, NODE_OPTIONS: `--import=${usageFile.href}` }
  return measureShell([...command, ...args].map(quoted).join(' '), { ...options, env })
}

/** `0m1.25s 0m0.10s`, as POSIX `times` prints it. */
function secondsIn(line: string): number {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, minutes, seconds]) => {
    return sum + Number(minutes) * 60 + Number(seconds)
  }, 0)
}

export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(stream)).toString()
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits))
}
