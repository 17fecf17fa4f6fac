import { TallymanError } from '../../errors.ts'
import { dockerArchiveSource } from './docker-archive.ts'
import { layoutSource } from './layout-source.ts'
import type { ArchiveSource } from './source.ts'
import { tarFiles } from './tar-files.ts'

/**
 * A tar file with an OCI layout, or as `docker save` writes it. MANIFEST_UNKNOWN where there is no such file,
 * MANIFEST_INVALID where it is neither.
 */
export async function openArchive(file: string, signal = new AbortController().signal): Promise<ArchiveSource> {
  const files = await tarFiles(file)
  try {
    if ((await files.size('index.json')) !== undefined) return await layoutSource(files, signal)
    if ((await files.size('manifest.json')) !== undefined) return await dockerArchiveSource(files, signal)
    throw new TallymanError(
      'MANIFEST_INVALID',
      `${file} is not a saved image: it has neither index.json nor manifest.json`,
    )
  } catch (error) {
    await files.close()
    throw error
  }
}
