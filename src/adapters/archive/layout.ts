import { stat } from 'node:fs/promises'
import { TallymanError } from '../../errors.ts'
import { directoryFiles } from './directory-files.ts'
import { layoutSource } from './layout-source.ts'
import type { ArchiveSource } from './source.ts'

/** An OCI image layout in a directory. MANIFEST_UNKNOWN where it is none. */
export async function openLayout(directory: string, signal = new AbortController().signal): Promise<ArchiveSource> {
  const refuse = (problem: string) => new TallymanError('MANIFEST_UNKNOWN', `${directory} ${problem}`)
  const found = await stat(directory).catch(() => undefined)
  if (!found) throw refuse('does not exist')
  if (!found.isDirectory()) throw refuse('is not a directory; for a saved image in a file use --archive')
  const files = directoryFiles(directory)
  if ((await files.size('index.json')) === undefined) throw refuse('is not an OCI image layout: it has no index.json')
  return layoutSource(files, signal)
}
