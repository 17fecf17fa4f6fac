import { cpus, release, totalmem, type } from 'node:os'
import { parseArgs } from 'node:util'
import { benchLayers } from './image.ts'
import { benchIntake } from './intake.ts'
import { rounded } from './measure.ts'
import { benchScan } from './scan.ts'

/*
 * npm run bench [-- --json] [--rounds n] [--only scan|intake]
 *
 * Medians of alternating runs: a cold and a warm scan of a large image in a local registry, and webhook intake. Progress goes
 * to stderr. The first run builds the image, which takes a minute or two.
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
  },
})
const rounds = Number(values.rounds)
const log = (line: string): void => console.error(line)

const [processor] = cpus()
const machine = {
  processor: `${cpus().length} × ${processor?.model.trim() ?? 'unknown'}`,
  memoryGB: rounded(totalmem() / 1e9, 0),
  system: `${type()} ${release()}`,
  node: process.version,
}
const scanned = values.only === 'intake' ? {} : await benchScan(await benchLayers(log), rounds, log)
log(values.only === 'scan' ? 'no intake' : 'webhook intake at 128 connections')
const intake = values.only === 'scan' ? {} : { intake: await benchIntake(Math.min(rounds, 3), 5) }
const figures = { machine, ...scanned, ...intake }

if (values.json) console.log(JSON.stringify(figures))
else print(figures)

function print(sections: Record<string, Record<string, unknown>>): void {
  for (const [section, rows] of Object.entries(sections)) {
    console.log(`\n${section}`)
    for (const [name, value] of Object.entries(rows)) console.log(`  ${wordsOf(name).padEnd(36)} ${textOf(value)}`)
  }
}

/** `cpuRatioToGzip` as `cpu ratio to gzip`. */
function wordsOf(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (capitals) => ` ${capitals}`).toLowerCase()
}

function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.entries(value)
    .map(([name, figure]) => `${figure} ${name}`)
    .join(', ')
}
