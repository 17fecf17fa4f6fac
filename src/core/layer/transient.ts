/**
 * The gap of a layer whose thread ended or hung before its packages were read. The layer may be to blame, but so may a host
 * that was suspended or short of memory.
 */
export const LAYER_THREAD_DIED = 'LAYER_THREAD_DIED'

/** Whether another reading may find more: such facts hold for one scan and are not kept. Also for an image's coverage. */
export function isTransient({ gaps }: { readonly gaps: readonly { readonly reason?: string }[] }): boolean {
  return gaps.some(({ reason }) => reason === LAYER_THREAD_DIED)
}
