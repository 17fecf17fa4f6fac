import { compareText } from '../compare-text.ts'
import type { ImageConfig } from '../image/config.ts'
import type { ReadImage } from '../inventory/inventory.ts'
import { fileSecrets } from './file-secrets.ts'
import type { Secret } from './secret.ts'
import { statedSecrets } from './stated-secrets.ts'

/** An image with more of them needs no complete list. */
const maxSecrets = 1_000

/**
 * The secrets that whoever has the image can read, those of upper layers first: in files, also those that a later layer
 * deleted or replaced, in variables, labels and build instructions.
 */
export function findSecrets({ config, layers, read }: ReadImage & { readonly config: ImageConfig }): readonly Secret[] {
  return [...fileSecrets(read), ...statedSecrets(config, layers.length)].sort(ownFirst).slice(0, maxSecrets)
}

function ownFirst(a: Secret, b: Secret): number {
  return (
    b.layer - a.layer || compareText(a.where, b.where) || compareText(a.path, b.path) || (a.line ?? 0) - (b.line ?? 0)
  )
}
