import type { LayerFacts } from './facts.ts'

type Gap = LayerFacts['gaps'][number]

/** Not all text was searched for secrets: for the benchmark to say, since packages and advisories have nothing to do with it. */
export const tooMuchText = 'TOO_MUCH_TEXT'

/** Why a layer, or a part of it, was not understood. */
export type GapReason =
  /** No known format: nothing of it was read. */
  | 'LAYER_UNREADABLE'
  /** Corrupt or cut off: what came before was read. */
  | 'LAYER_DAMAGED'
  /** Readers of archives disagree about what it holds. */
  | 'LAYER_AMBIGUOUS'
  /** More inflated bytes, or more per compressed byte, than the limit. */
  | 'LAYER_TOO_LARGE'
  | 'TOO_MANY_ENTRIES'
  | 'PATH_TOO_LONG'
  | 'TOO_MUCH_EVIDENCE'
  /** Not all text was searched for secrets. */
  | typeof tooMuchText
  | 'TOO_MANY_FACTS'
  | 'TOO_MANY_MODES'
  | 'TOO_MANY_NOTES'
  | 'HARD_LINK_UNRESOLVED'

export interface Gaps {
  add(reason: GapReason, detail: string): void
  list(): readonly Gap[]
}

/** Collects gaps, each once; beyond `limit` they are only counted. */
export function createGaps(limit: number): Gaps {
  const gaps = new Map<string, Gap>()
  let uncounted = 0
  return {
    add(reason, detail) {
      const key = `${reason} ${detail}`
      if (gaps.has(key)) return
      if (gaps.size >= limit) uncounted++
      else gaps.set(key, { status: reason === 'LAYER_UNREADABLE' ? 'skipped' : 'partial', reason, detail })
    },
    list() {
      if (uncounted === 0) return [...gaps.values()]
      return [...gaps.values(), { status: 'partial', reason: 'TOO_MANY_GAPS', detail: `${uncounted} more gaps` }]
    },
  }
}
