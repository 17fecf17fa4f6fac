import type { CliIo } from './io.ts'

/** This process' own streams. Ctrl-C and SIGTERM ask it to come to rest; asked twice, it ends at once. */
export function terminal(): CliIo {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => {
      stop.abort(new DOMException(`stopped by ${name}`, 'AbortError'))
    })
  }
  return { stdout: process.stdout, stderr: process.stderr, signal: stop.signal }
}
