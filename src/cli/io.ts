import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import type { Progress } from './actions.ts'
import { safeText } from './output/safe-text.ts'

/** The terminal, or what stands in for it. `stdout` gets the result alone. */
export interface CliIo {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
  readonly now?: () => Date
}

export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number }

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** Colours text for a terminal, unless NO_COLOR or its kind say otherwise; everywhere else text stays as it is. */
export type Paint = (style: Style, text: string) => string

export function painter(stream: OutputStream): Paint {
  if (stream.isTTY !== true) return (_style, text) => text
  return (style, text) => styleText(style, text, { stream })
}

/** Resolves when the stream took the text. A reader that went away (`| head`) is no error: it has what it wanted. */
export function write(stream: OutputStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error && !isBrokenPipe(error)) reject(error)
      else resolve()
    })
  })
}

/** Without a listener a broken pipe would be thrown out of nowhere; `write` already knows of it. */
export function tolerateBrokenPipe(stream: OutputStream): void {
  stream.on('error', (error: Error) => {
    if (!isBrokenPipe(error)) throw error
  })
}

function isBrokenPipe(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}

const frames = ['|', '/', '-', '\\']
const frameMs = 120

/**
 * Runs `work` with a way to say what is going on: on a terminal one line with a spinner that is gone afterwards, elsewhere
 * plain lines.
 */
export async function withProgress<T>(stream: OutputStream, work: (progress: Progress) => Promise<T>): Promise<T> {
  if (stream.isTTY !== true) return work((line) => void stream.write(`${safeText(line)}\n`))
  let shown = ''
  let frame = 0
  const draw = () => {
    const line = shown.slice(0, (stream.columns ?? 80) - 3)
    if (line !== '') stream.write(`\r\u001B[K${frames[frame++ % frames.length]} ${line}`)
  }
  const timer = setInterval(draw, frameMs)
  try {
    return await work((line) => {
      shown = safeText(line)
      draw()
    })
  } finally {
    clearInterval(timer)
    if (shown !== '') stream.write('\r\u001B[K')
  }
}
