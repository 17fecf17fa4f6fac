/** What a feed is about: advisories, or facts that say more of a vulnerability (kev, epss) or of a product (eol). */
export const feedKinds = ['osv', 'kev', 'epss', 'eol'] as const
export type FeedKind = (typeof feedKinds)[number]
export type FactKind = Exclude<FeedKind, 'osv'>

export interface FactValues {
  readonly kev: Kev
  readonly epss: Epss
  readonly eol: Eol
}

/** One fact of a feed. */
export interface FeedFact {
  /** A CVE id; for eol product and release, `debian 12`. */
  readonly key: string
  /** JSON with its keys in one order: equal texts are equal facts. */
  readonly value: string
}

/** What CISA's catalogue of known exploited vulnerabilities says of one. */
export interface Kev {
  readonly dateAdded: string
  /** By when US agencies must have acted. */
  readonly dueDate: string | null
  readonly ransomware: boolean
}

/**
 * FIRST's estimate of the probability that a vulnerability is exploited within thirty days. Not its percentile, which is
 * another every day also where the score is not.
 */
export interface Epss {
  readonly score: number
}

/** When a product's release ends, as endoflife.date says: days, or true and false where only that is known. */
export interface Eol {
  readonly eol: string | boolean
  /** Of the support beyond that. */
  readonly extended: string | boolean | null
  readonly latest: string | null
}
