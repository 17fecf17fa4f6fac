import type { Store } from '../adapters/store/store.ts'
import type { KevArrival } from '../core/notice/notice.ts'
import { asTallymanError } from '../errors.ts'
import { allPages } from './all-pages.ts'

export interface KevArrivals {
  /** Number of the snapshot up to which this tells; undefined where there is none or nothing newer than `since`. */
  readonly snapshot: string | undefined
  readonly arrivals: readonly KevArrival[]
}

/** Images looked at for each vulnerability; more are only counted. */
const maxImages = 100

/**
 * Vulnerabilities that were put into a catalogue of known exploited ones after snapshot `since`, and that an image has which
 * some registry still holds. Without `since` nothing is new.
 */
export async function kevArrivals(since: string | undefined, store: Store): Promise<KevArrivals> {
  const current = await store.feeds.current()
  if (!current || String(current.number) === since) return { snapshot: undefined, arrivals: [] }
  const arrivals: KevArrival[] = []
  const catalogues = current.feeds.filter(({ kind }) => kind === 'kev')
  for (const { name, records } of since === undefined ? [] : catalogues) {
    const added = await addedTo(name, Number(since), current.number, store).catch(noneIfForgotten)
    // The catalogue as a whole is new, not what is in it.
    if (added.length >= records) continue
    for (const vulnerability of added) {
      const arrival = await arrivalOf(vulnerability, store)
      if (arrival) arrivals.push(arrival)
    }
  }
  return { snapshot: String(current.number), arrivals }
}

/** Nobody looked for so many snapshots that the difference is not known any more: the telling begins anew. */
function noneIfForgotten(thrown: unknown): readonly string[] {
  if (asTallymanError(thrown).code === 'NOT_FOUND') return []
  throw thrown
}

async function addedTo(feed: string, from: number, to: number, store: Store): Promise<readonly string[]> {
  const added: string[] = []
  for await (const { change, id } of allPages((request) => store.feeds.diff(from, to, feed, request))) {
    if (change === 'added') added.push(id)
  }
  return added
}

async function arrivalOf(id: string, store: Store): Promise<KevArrival | undefined> {
  const known = await store.packages.vulnerability(id)
  if (!known) return undefined
  const { items, next } = await store.packages.imagesWith(id, { limit: maxImages })
  const live = items.filter(({ image }) => image.references.length > 0)
  const listed = (await store.feeds.facts('kev', [id])).get(id)
  if (live.length === 0 || !listed) return undefined
  return {
    kind: 'kev',
    vulnerability: id,
    severity: known.severity,
    dateAdded: listed.dateAdded,
    dueDate: listed.dueDate,
    ransomware: listed.ransomware,
    references: live.flatMap(({ image }) => image.references.slice(0, 1)).slice(0, 10),
    moreImages: Math.max(0, (next === null ? live.length : known.images) - 10),
  }
}
