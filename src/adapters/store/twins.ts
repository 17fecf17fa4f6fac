import type { Insertable } from 'kysely'
import { versionsByKey } from '../../core/match/lookup.ts'
import { suppressionOf } from '../../core/match/suppression.ts'
import { subjectOf } from './package-names.ts'
import type { Database } from './schema.ts'

type NewPackage = Insertable<Database['package']>

/**
 * A vulnerability of a purl counts once, and an image may have several rows of one purl: with other licenses, or with and
 * without an owner. Those that count and are matched as the same thing beside the first are its `twins`. `strangers`: some
 * rows of one purl are not matched as the same thing, or not in one set, so that no addition tells how many count.
 */
export function twinsAmong(packages: readonly NewPackage[]): { twins: NewPackage[]; strangers: boolean } {
  const twins: NewPackage[] = []
  let strangers = false
  for (const [first, ...others] of Map.groupBy(packages.filter(counts), ({ purl }) => purl).values()) {
    if (first === undefined || others.length === 0) continue
    const same = others.filter((other) => other.type === first.type && matchedAs(other) === matchedAs(first))
    if (same.length < others.length) strangers = true
    else twins.push(...same)
  }
  return { twins, strangers }
}

function counts({ ecosystem, type, name, source_name: source = null, owner = null }: NewPackage): boolean {
  const subject = { type, name, source: source === null ? null : { name: source }, ownedBy: owner }
  return ecosystem !== '' && suppressionOf(subject) === null
}

function matchedAs(row: NewPackage): string {
  const subject = subjectOf(row)
  return JSON.stringify([subject.ecosystem, subject.version, ...versionsByKey(subject)])
}
