import { InvalidArgumentError, Option, type Command } from 'commander'
import type { Severity } from '../core/match/advisory.ts'
import type { Outcome } from '../core/policy/policy.ts'

export type Format = 'table' | 'json'

/** Of commands that print a report. */
export type ReportFormat = Format | 'sarif' | 'junit'

/** Formats that have a name already and come in a later release: asking for one is answered with what there is. */
const laterFormats: ReadonlySet<string> = new Set(['cyclonedx', 'spdx'])

export function outputOption(): Option {
  return formatOption<Format>(['table', 'json'])
}

export function reportOutputOption(): Option {
  return formatOption<ReportFormat>(['table', 'json', 'sarif', 'junit'])
}

function formatOption<T extends string>(formats: readonly [T, ...T[]]): Option {
  const all = formats.join(', ')
  return new Option('-o, --output <format>', all).default(formats[0]).argParser((value): T => {
    const format = formats.find((each) => each === value)
    if (format !== undefined) return format
    const later = laterFormats.has(value) ? `${value} comes in a later release; ` : ''
    throw new InvalidArgumentError(`${later}available: ${all}.`)
  })
}

export function configOption(): Option {
  return new Option('--config <file>', 'configuration file (default: TALLYMAN_CONFIG, else ./tallyman.yaml)')
}

/** For commands that ask a server. */
export function serverOptions(command: Command): Command {
  return command
    .option('--server <url>', 'address of a running server (default: the configuration’s)')
    .option(
      '--token <token>',
      'API token (better: by the configuration or its variable, where no process list shows it)',
    )
}

/** For commands that list: pages are followed up to `--limit`. */
export function pageOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'at most so many', wholeNumber, 100)
    .option('--all', 'all of them, however many')
    .option('--cursor <cursor>', 'go on after an earlier list, with the `next` it ended in')
}

const durationUnits: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600 }

/** `30s`, `5m`, `1h`, or seconds: in seconds. */
export function duration(text: string): number {
  const { amount, unit = 's' } = /^(?<amount>\d{1,6})(?<unit>[smh])?$/.exec(text)?.groups ?? {}
  if (amount === undefined) throw new InvalidArgumentError('write 30s, 5m or 1h.')
  return Number(amount) * (durationUnits[unit] ?? 1)
}

export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('write a whole number, 1 or more.')
  return Number(text)
}

const outcomes: readonly Outcome[] = ['pass', 'warn', 'fail', 'inconclusive']
const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'negligible', 'unknown']

export function outcomeOption(what = 'with this verdict'): Option {
  return new Option('--outcome <outcome>', what).choices(outcomes)
}

export function severityOption(): Option {
  return new Option('--severity <severity>', 'at least this bad').choices(severities)
}

/** For commands whose exit code is a verdict. */
export function verdictExitCodes(command: Command): Command {
  return command.addHelpText(
    'after',
    `
Exit codes:
  0   pass or warn
  1   fail
  2   inconclusive
  3   it could not be done: a message on stderr, nothing on stdout
  64  wrong usage`,
  )
}

/** The help's examples, one a line: what it does, then how. */
export function examples(command: Command, lines: readonly (readonly [what: string, how: string])[]): Command {
  const text = lines.map(([what, how]) => `  # ${what}\n  $ ${how}`).join('\n')
  return command.addHelpText('after', `\nExamples:\n${text}`)
}
