import { maxConfigBytes, parseImageConfig, type ImageConfig } from '../core/image/config.ts'
import type { ImageSource } from '../core/image/image.ts'
import type { ImageManifest } from '../core/image/manifest.ts'
import { readVerified } from '../core/image/verified.ts'

/** The image's config, verified against its descriptor. MANIFEST_INVALID, BLOB_UNKNOWN, BLOB_CORRUPT. */
export async function imageConfigOf(
  { config }: ImageManifest,
  source: ImageSource,
  signal: AbortSignal,
): Promise<ImageConfig> {
  return parseImageConfig(await readVerified(source.blob(config, signal), config, maxConfigBytes))
}
