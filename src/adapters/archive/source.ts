import type { Digest } from '../../core/image/digest.ts'
import type { ImageSource } from '../../core/image/image.ts'

/** An image in a layout or archive, and the name it has there; null where it has none. */
export interface NamedImage {
  readonly tag: string | null
  readonly digest: Digest
}

/** Images on disk. Nothing is unpacked. */
export interface ArchiveSource extends ImageSource {
  /** In the order in which they are listed; an image with two names is there twice. */
  references(): Promise<NamedImage[]>
  close(): Promise<void>
}
