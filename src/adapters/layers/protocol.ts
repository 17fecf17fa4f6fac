import type { LayerBlob } from '../../core/layer/facts.ts'
import type { LinkTargets } from '../../core/layer/content.ts'
import type { LayerResult } from '../../core/layer/read-layer.ts'
import type { ErrorCode } from '../../errors.ts'

/** One reading, as a worker is told of it. */
export interface LayerJob {
  readonly blob: LayerBlob
  readonly alsoRead: LinkTargets
  /** False: verify and walk only, after a reading with catalogers killed its worker. */
  readonly withCatalogers: boolean
}

/**
 * To a worker. `bytes` is transferred and comes back as `buffer`; `end` is answered with `result`, `drop` with `dropped`.
 * Once something is wrong an `error` comes, and then no result.
 */
export type Request =
  | { readonly kind: 'begin'; readonly job: LayerJob }
  | { readonly kind: 'bytes'; readonly buffer: ArrayBuffer; readonly length: number }
  | { readonly kind: 'end' }
  /** Forget the reading. */
  | { readonly kind: 'drop' }

/** From a worker. */
export type Reply =
  | { readonly kind: 'buffer'; readonly buffer: ArrayBuffer }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'result'; readonly result: LayerResult }
  | { readonly kind: 'error'; readonly code: ErrorCode; readonly message: string; readonly stack: string }
