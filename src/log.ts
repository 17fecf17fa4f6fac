import { pino, type Logger } from 'pino'

export type { Logger }

/** Wherever one of these keys stands in a log line, its value is not written. */
const secretKeys = ['authorization', 'password', 'token', 'secret', 'cookie', 'identitytoken']

/** JSON lines on stderr: stdout is for results alone. */
export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '(redacted)' },
    },
    pino.destination({ fd: 2, sync: true }),
  )
}
