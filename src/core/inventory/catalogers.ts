import type { Cataloger } from './cataloger.ts'

/** Every cataloger, in the order in which they are asked. */
export const catalogers: readonly Cataloger[] = []
