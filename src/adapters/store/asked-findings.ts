import type { Selectable } from 'kysely'
import type { Severity } from '../../core/match/advisory.ts'
import type { AskedFinding, AskedPackage } from '../../core/policy/asked.ts'
import { factTables } from './feed-facts.ts'
import type { MatchRow } from './match-rows.ts'
import type { Database, Db, Tx } from './schema.ts'

/** As rules ask about it. */
export function askedPackage(
  row: Pick<
    Selectable<Database['package']>,
    'name' | 'version' | 'type' | 'ecosystem' | 'source_name' | 'source_version' | 'purl' | 'licenses'
  >,
): AskedPackage {
  const { name, version, type, ecosystem, source_name: source, source_version: sourceVersion, purl, licenses } = row
  return {
    name,
    version,
    type,
    ecosystem,
    source: source === null || sourceVersion === null ? null : { name: source, version: sourceVersion },
    purl,
    licenses: JSON.parse(licenses) as string[],
  }
}

/** What rules ask of matches, with what the feeds in force (or at a snapshot) say of exploitation where that is asked. */
export async function askedFindings(
  db: Db | Tx,
  rows: readonly MatchRow[],
  withExploitation: boolean,
  snapshot?: number,
): Promise<readonly AskedFinding[]> {
  const findings = rows.map(askedFinding)
  if (!withExploitation || findings.length === 0) return findings
  const { facts } = factTables(db)
  const ids = [...new Set(findings.flatMap(({ vulnerability, aliases }) => [vulnerability, ...aliases]))]
  const [kev, epss] = [await facts('kev', ids, snapshot), await facts('epss', ids, snapshot)]
  return findings.map((finding) => {
    const own = [finding.vulnerability, ...finding.aliases]
    const scores = own.flatMap((id) => epss.get(id)?.score ?? [])
    return {
      ...finding,
      kev: own.some((id) => kev.has(id)),
      epss: scores.length > 0 ? Math.max(...scores) : null,
    }
  })
}

function askedFinding(row: MatchRow): AskedFinding {
  return {
    vulnerability: row.vulnerability,
    aliases: JSON.parse(row.aliases) as string[],
    advisories: JSON.parse(row.advisories) as string[],
    severity: row.severity as Severity,
    score: row.score ?? null,
    fixed: row.fixed ?? null,
    fixedSince: row.fixed_since ?? null,
    published: row.published ?? null,
    kev: false,
    epss: null,
  }
}
