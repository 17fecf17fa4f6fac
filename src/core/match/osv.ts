import { Buffer } from 'node:buffer'
import type { Advisory, Affected, Range, RangeEvent } from './advisory.ts'
import { affectedRatings, topRatings } from './osv-ratings.ts'

/** Raise it when the same bytes would give another advisory, or other keys to find it by: stored ones are then read again. */
export const OSV_PARSER_VERSION = 2

/**
 * Far over the largest real records (a kernel advisory with all its binaries has a few MB), and small enough to be parsed
 * in one go. A record over a limit is refused as a whole: half an advisory would be a silently clean package.
 */
export const MAX_RECORD_BYTES = 16 * 1024 * 1024
const MAX_AFFECTED = 50_000
const MAX_VERSIONS = 50_000
const MAX_RANGES = 1_000
const MAX_EVENTS = 10_000
const MAX_IDS = 10_000
/** Of an id, an ecosystem, a package name or a version. */
const MAX_TEXT = 1_000
/** What is shown to people is cut, not refused. */
const MAX_SUMMARY = 500
const MAX_REFERENCES = 20
const MAX_URL = 2_000

/**
 * One record of https://ossf.github.io/osv-schema/. Strict about the fields that matching uses, blind to all others: a
 * record that breaks a rule gives undefined and one note. Ranges over git commits are left out, as are entries that name
 * no package.
 */
export function parseOsv(record: Uint8Array | string, note: (problem: string) => void): Advisory | undefined {
  try {
    return advisoryOf(jsonOf(record))
  } catch (error) {
    if (!(error instanceof Broken)) throw error
    note(error.message)
    return undefined
  }
}

/** Why a record is refused; never leaves this file. */
class Broken extends Error {}

type Fields = Readonly<Record<string, unknown>>

function jsonOf(record: Uint8Array | string): Fields {
  const size = typeof record === 'string' ? record.length : record.byteLength
  if (size > MAX_RECORD_BYTES) throw new Broken(`is ${size} bytes long, more than ${MAX_RECORD_BYTES}`)
  try {
    const text = typeof record === 'string' ? record : Buffer.from(record.buffer, record.byteOffset, size).toString()
    return fieldsOf(JSON.parse(text), 'the record')
  } catch (error) {
    throw error instanceof Broken ? error : new Broken('is not JSON')
  }
}

function advisoryOf(record: Fields): Advisory {
  const id = textOf(record['id'], 'id')
  if (!/^[!-~]+$/.test(id)) throw new Broken('id has characters that no id has')
  return {
    id,
    aliases: idsOf(record['aliases'], 'aliases'),
    upstream: idsOf(record['upstream'], 'upstream'),
    related: idsOf(record['related'], 'related'),
    modified: timeOf(record['modified']) ?? '',
    published: timeOf(record['published']),
    withdrawn: isAbsent(record['withdrawn']) ? null : textOf(record['withdrawn'], 'withdrawn'),
    summary: summaryOf(record),
    ratings: topRatings(record),
    affected: listOf(record['affected'], 'affected', MAX_AFFECTED).flatMap((entry, index) =>
      affectedOf(entry, `affected[${index}]`),
    ),
    references: referencesOf(record['references']),
  }
}

function affectedOf(value: unknown, at: string): Affected[] {
  const entry = fieldsOf(value, at)
  if (isAbsent(entry['package'])) return []
  const named = fieldsOf(entry['package'], `${at}.package`)
  return [
    {
      ecosystem: textOf(named['ecosystem'], `${at}.package.ecosystem`),
      name: textOf(named['name'], `${at}.package.name`),
      versions: listOf(entry['versions'], `${at}.versions`, MAX_VERSIONS).map((version, index) =>
        textOf(version, `${at}.versions[${index}]`),
      ),
      ranges: listOf(entry['ranges'], `${at}.ranges`, MAX_RANGES).flatMap((range, index) =>
        rangeOf(range, `${at}.ranges[${index}]`),
      ),
      ratings: affectedRatings(entry),
    },
  ]
}

function rangeOf(value: unknown, at: string): Range[] {
  const range = fieldsOf(value, at)
  const type = range['type']
  if (type === 'GIT') return []
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM') throw new Broken(`${at}.type is not one of SEMVER, ECOSYSTEM, GIT`)
  const events = listOf(range['events'], `${at}.events`, MAX_EVENTS).flatMap((event, index) =>
    eventsOf(event, `${at}.events[${index}]`),
  )
  if (!events.some((event) => 'introduced' in event)) throw new Broken(`${at} has no introduced event`)
  return [{ type, events }]
}

/** The schema wants one event an object; some converters write several into one. */
function eventsOf(value: unknown, at: string): RangeEvent[] {
  const event = fieldsOf(value, at)
  const has = (name: string) => !isAbsent(event[name])
  const version = (name: string) => textOf(event[name], `${at}.${name}`)
  const events: RangeEvent[] = []
  if (has('introduced')) events.push({ introduced: version('introduced') })
  if (has('fixed')) events.push({ fixed: version('fixed') })
  if (has('last_affected')) events.push({ lastAffected: version('last_affected') })
  if (has('limit')) events.push({ limit: version('limit') })
  if (events.length === 0) throw new Broken(`${at} is none of introduced, fixed, last_affected, limit`)
  return events
}

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

function fieldsOf(value: unknown, at: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new Broken(`${at} is not an object`)
}

function listOf(value: unknown, at: string, limit: number): readonly unknown[] {
  if (isAbsent(value)) return []
  if (!Array.isArray(value)) throw new Broken(`${at} is not a list`)
  if (value.length > limit) throw new Broken(`${at} has ${value.length} items, more than ${limit}`)
  return value
}

function textOf(value: unknown, at: string): string {
  if (typeof value !== 'string' || value.trim() === '') throw new Broken(`${at} is missing or no text`)
  if (value.length > MAX_TEXT) throw new Broken(`${at} is longer than ${MAX_TEXT} characters`)
  return value
}

function idsOf(value: unknown, at: string): string[] {
  return listOf(value, at, MAX_IDS).map((id, index) => textOf(id, `${at}[${index}]`))
}

const timeOf = (value: unknown): string | null =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null

/** The summary, or the first line of the details, on one line without control characters. */
function summaryOf({ summary, details }: Fields): string | null {
  const text = typeof summary === 'string' && summary.trim() !== '' ? summary : details
  if (typeof text !== 'string') return null
  const [line = ''] = text.trim().split('\n', 1)
  return (
    line
      .slice(0, MAX_SUMMARY)
      .replaceAll(/[\p{Cc}\s]+/gu, ' ')
      .trim() || null
  )
}

function referencesOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value
    .map((reference: { readonly url?: unknown } | null) => reference?.url)
    .filter((url): url is string => typeof url === 'string' && url.length <= MAX_URL && /^https?:\/\/[!-~]+$/.test(url))
    .slice(0, MAX_REFERENCES)
}
