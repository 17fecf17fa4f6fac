import type { Insertable } from 'kysely'
import { lookupKeys } from '../../core/match/lookup.ts'
import type { MatchSubject } from '../../core/match/finding.ts'
import { keyText } from './key-text.ts'
import type { Database } from './schema.ts'

/**
 * What the index has of a lookup key (`packageKey`): its name, which all of a package's ecosystems share. One or two rows a
 * package instead of up to 24; who looks up a name compares the whole key afterwards.
 */
export function nameOfKey(key: string): string {
  const indexed = keyText(key)
  return indexed.slice(indexed.indexOf('\t') + 1)
}

export function namesOf(row: Insertable<Database['package']>): string[] {
  return [...new Set(lookupKeys(subjectOf(row)).map(nameOfKey))]
}

export function subjectOf(row: Insertable<Database['package']>): MatchSubject {
  const { ecosystem, name, version, source_name: source = null, source_version: sourceVersion = null } = row
  return {
    ecosystem,
    name,
    version,
    source: source !== null && sourceVersion !== null ? { name: source, version: sourceVersion } : null,
  }
}
