import type { Advisory } from './advisory.ts'

/**
 * What of an advisory is another than before. `text` is what no finding shows and no match asks for: such a change needs no
 * new match. `summary` (with the date of publication) is shown with findings and decides nothing.
 */
export const advisoryAspects = ['ranges', 'severity', 'withdrawn', 'aliases', 'summary', 'text'] as const
export type AdvisoryAspect = (typeof advisoryAspects)[number]

/** In the order of `advisoryAspects`, without the last: what else differs is text. */
const parts: readonly (readonly [AdvisoryAspect, (advisory: Advisory) => unknown])[] = [
  [
    'ranges',
    ({ affected }) => affected.map(({ ecosystem, name, versions, ranges }) => [ecosystem, name, versions, ranges]),
  ],
  [
    'severity',
    ({ ratings, affected }) => [
      ratings,
      affected
        .filter((entry) => entry.ratings.length > 0)
        .map(({ ecosystem, name, ...rated }) => [ecosystem, name, rated.ratings]),
    ],
  ],
  ['withdrawn', ({ withdrawn }) => withdrawn !== null],
  ['aliases', ({ id, aliases, upstream, related }) => [id, aliases, upstream, related]],
  ['summary', ({ summary, published }) => [summary, published]],
]

/** Never empty: of two records of one advisory that differ in nothing that we read, the text differs. */
export function changedAspects(before: Advisory, after: Advisory): AdvisoryAspect[] {
  const changed = parts.filter(([, part]) => JSON.stringify(part(before)) !== JSON.stringify(part(after)))
  return changed.length > 0 ? changed.map(([aspect]) => aspect) : ['text']
}
