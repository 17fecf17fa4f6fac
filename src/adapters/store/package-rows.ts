import { createHash } from 'node:crypto'
import type { Insertable, Selectable } from 'kysely'
import type { InstalledPackage } from '../../core/inventory/package.ts'
import { keyText } from './key-text.ts'
import type { PackageRecord } from './records.ts'
import type { Database } from './schema.ts'

export const packageColumns = [
  'package.id',
  'package.type',
  'package.ecosystem',
  'package.name',
  'package.version',
  'package.source_name',
  'package.source_version',
  'package.arch',
  'package.purl',
  'package.licenses',
  'package.owner',
] as const

export type PackageRow = Omit<Selectable<Database['package']>, 'hash' | 'matched_snapshot' | 'asked' | 'ask_again'>

export function packageRecord(row: PackageRow): PackageRecord {
  const { source_name: name, source_version: version } = row
  return {
    id: row.id,
    type: row.type,
    ecosystem: row.ecosystem,
    name: row.name,
    version: row.version,
    source: name === null || version === null ? null : { name, version },
    arch: row.arch,
    purl: row.purl,
    licenses: JSON.parse(row.licenses) as string[],
    owner: row.owner,
  }
}

/** The same package at several places, and in several images, is one row: `hash` is over everything but the place. */
export function packageRow(found: InstalledPackage): Insertable<Database['package']> {
  const row = {
    type: found.type,
    ecosystem: found.ecosystem ?? '',
    name: found.name,
    version: found.version,
    source_name: found.source?.name ?? null,
    source_version: found.source?.version ?? null,
    arch: found.arch,
    purl: found.purl,
    licenses: JSON.stringify(found.licenses),
    owner: found.ownedBy,
  }
  const hash = createHash('sha256').update(JSON.stringify(row)).digest('hex')
  return { ...row, hash, ecosystem: keyText(row.ecosystem), name: keyText(row.name), version: keyText(row.version) }
}
