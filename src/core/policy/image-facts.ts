import type { Check, CheckLevel } from '../benchmark/check.ts'
import type { Digest } from '../image/digest.ts'
import type { Signatures } from '../signature/signatures.ts'

/** Where an image lies now. */
export interface Place {
  /** Name of the declared registry, or `layout`, `archive` for local files. */
  readonly registry: string
  readonly repository: string
  /** Those that point to it, or to the index it is in. */
  readonly tags: readonly string[]
}

export interface JudgedCheck {
  readonly id: string
  readonly level: CheckLevel
  readonly status: 'fail' | 'undecidable'
  /** The uppermost layer with evidence; null where all of it is in the config. */
  readonly layer: number | null
}

/** Undefined for what decides nothing, because it passed or does not apply. */
export function judgedCheck({ id, level, status, evidence }: Check): JudgedCheck | undefined {
  if (status !== 'fail' && status !== 'undecidable') return undefined
  const layers = evidence.flatMap(({ layer }) => layer ?? [])
  const isOfLayers = layers.length > 0 && layers.length === evidence.length
  return { id, level, status, layer: isOfLayers ? Math.max(...layers) : null }
}

export interface JudgedSecret {
  readonly rule: string
  readonly path: string
  readonly layer: number
}

export interface JudgedBase {
  readonly digest: Digest
  readonly references: readonly string[]
  readonly created: string | null
  /** How many of the image's layers are its. */
  readonly layers: number
}

/** What policies ask of an image, apart from its packages and their findings. */
export interface ImageFacts {
  readonly digest: Digest
  readonly platform: string
  /** RFC 3339. */
  readonly created: string | null
  /** Compressed bytes. */
  readonly size: number
  readonly distro: { readonly id: string; readonly version: string } | null
  readonly labels: Readonly<Record<string, string>>
  /** Those that did not pass. */
  readonly checks: readonly JudgedCheck[]
  readonly secrets: readonly JudgedSecret[]
  /** Null where nobody looked for them. */
  readonly signatures: Signatures | null
  readonly places: readonly Place[]
  /** Null where no stored image is its base. */
  readonly base: JudgedBase | null
}
