import type { Advisory, Rating } from './advisory.ts'
import type { Match } from './finding.ts'
import { severityOf } from './rate.ts'
import { cvesOf, isCve, isGroup, sameVulnerability } from './vulnerability-ids.ts'
import { compareText } from '../compare-text.ts'

/** An advisory that affects the subject. */
export interface Hit {
  readonly advisory: Advisory
  /** Of the affected package, in the advisory's order. */
  readonly ratings: readonly Rating[]
  readonly fixed: string | null
}

/**
 * One match a vulnerability, ordered by its id. Advisories are the same vulnerability if they share an id, an alias or the
 * one CVE that they are about. An erratum over several CVEs is one match that has them all as aliases; where other
 * advisories speak of some of them alone, it joins those, and keeps a match of its own only for the rest.
 */
export function matchesOf(hits: readonly Hit[]): Match[] {
  const single = connected(hits.filter(({ advisory }) => !isGroup(advisory)))
  const groups = connected(hits.filter(({ advisory }) => isGroup(advisory)))
  const matches: Match[] = []
  const joining = new Map<Vulnerability, Hit[]>()
  for (const group of groups) {
    const cves = [...new Set(group.hits.flatMap(({ advisory }) => cvesOf(advisory)))].sort()
    const split = single.filter(({ ids }) => cves.some((cve) => ids.has(cve)))
    for (const vulnerability of split)
      joining.set(vulnerability, [...(joining.get(vulnerability) ?? []), ...group.hits])
    const rest = cves.filter((cve) => !split.some(({ ids }) => ids.has(cve)))
    if (rest.length > 0) matches.push(matchOf(group.hits, new Set([...group.ids, ...rest])))
  }
  for (const vulnerability of single) {
    matches.push(matchOf([...vulnerability.hits, ...(joining.get(vulnerability) ?? [])], vulnerability.ids))
  }
  return matches.sort((a, b) => compareText(a.vulnerability, b.vulnerability))
}

interface Vulnerability {
  readonly ids: Set<string>
  readonly hits: Hit[]
}

/** Groups hits whose ids overlap, directly or through others. */
function connected(hits: readonly Hit[]): Vulnerability[] {
  const byId = new Map<string, Vulnerability>()
  for (const hit of hits) {
    const ids = sameVulnerability(hit.advisory)
    const joined = new Set(ids.flatMap((id) => byId.get(id) ?? []))
    const merged: Vulnerability = {
      ids: new Set([...[...joined].flatMap((known) => [...known.ids]), ...ids]),
      hits: [...[...joined].flatMap((known) => known.hits), hit],
    }
    for (const id of merged.ids) byId.set(id, merged)
  }
  return [...new Set(byId.values())]
}

function matchOf(hits: readonly Hit[], ids: ReadonlySet<string>): Match {
  const ordered = hits.toSorted(byWeight)
  const { advisory, fixed } = ordered[0]!
  const vulnerability = nameOf(advisory, ids)
  const ratings = ordered.flatMap((hit) => hit.ratings.map((rating) => ({ advisory: hit.advisory.id, ...rating })))
  const advisories = ordered.map(({ advisory }) => advisory)
  return {
    vulnerability,
    advisory: advisory.id,
    aliases: [...ids].filter((id) => id !== vulnerability && id !== advisory.id).sort(),
    advisories: [...new Set(advisories.map(({ id }) => id))],
    fixed,
    ...severityOf(ratings),
    ratings,
    published: advisories.find(({ published }) => published !== null)?.published ?? null,
    summary: advisories.find(({ summary }) => summary !== null)?.summary ?? null,
  }
}

/** The CVE that the advisories are about; an erratum over several CVEs goes by its own id. */
function nameOf(advisory: Advisory, ids: ReadonlySet<string>): string {
  if (isGroup(advisory) && ids.has(advisory.id)) return advisory.id
  return cvesOf(advisory).find((cve) => ids.has(cve)) ?? [...ids].filter(isCve).sort()[0] ?? advisory.id
}

/**
 * The advisory that decides comes first: one about this vulnerability alone, then one that knows a fix, then one that is
 * rated, then by id. (All speak of the subject's own ecosystem, so distribution before upstream needs no rule here.)
 */
const weights: readonly (readonly [why: string, before: (a: Hit, b: Hit) => number])[] = [
  ['is about this vulnerability alone', (a, b) => Number(isGroup(a.advisory)) - Number(isGroup(b.advisory))],
  ['knows a fix', (a, b) => Number(b.fixed !== null) - Number(a.fixed !== null)],
  ['is rated', (a, b) => Number(b.ratings.length > 0) - Number(a.ratings.length > 0)],
  ['comes first by its id', (a, b) => compareText(a.advisory.id, b.advisory.id)],
]

const byWeight = (a: Hit, b: Hit): number => weights.reduce((order, [, before]) => order || before(a, b), 0)

/** Why the one decides and the other only joins it: `knows a fix`. */
export function whyBefore(deciding: Hit, other: Hit): string {
  return weights.find(([, before]) => before(deciding, other) !== 0)?.[0] ?? 'was read first'
}
