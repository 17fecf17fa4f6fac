import { digestOf } from '../core/image/digest.ts'
import { maxConfigBytes, parseImageConfig, type ImageConfig } from '../core/image/config.ts'
import type { ImageSource } from '../core/image/image.ts'
import type { ImageManifest } from '../core/image/manifest.ts'
import { TallymanError } from '../errors.ts'

/** The image's config, verified against its descriptor. MANIFEST_INVALID, BLOB_UNKNOWN, BLOB_CORRUPT. */
export async function imageConfigOf(
  { config }: ImageManifest,
  source: ImageSource,
  signal: AbortSignal,
): Promise<ImageConfig> {
  if (config.size > maxConfigBytes) {
    throw new TallymanError(
      'MANIFEST_INVALID',
      `image config ${config.digest} has ${config.size} bytes, more than ${maxConfigBytes}`,
    )
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.blob(config, signal)) {
    size += chunk.length
    if (size > config.size) break
    chunks.push(chunk)
  }
  const bytes = Buffer.concat(chunks)
  if (size !== config.size || digestOf(bytes) !== config.digest) {
    throw new TallymanError('BLOB_CORRUPT', `the bytes of image config ${config.digest} are not what its digest says`)
  }
  return parseImageConfig(bytes)
}
