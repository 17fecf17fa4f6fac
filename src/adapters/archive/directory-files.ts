import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Files } from './files.ts'
import { readAheadBytes } from './files.ts'

export function directoryFiles(directory: string): Files {
  return {
    name: directory,
    async size(path) {
      const found = await stat(join(directory, path)).catch(() => undefined)
      return found?.isFile() ? found.size : undefined // a fifo would be waited for for ever
    },
    read: (path, signal) => createReadStream(join(directory, path), { signal, highWaterMark: readAheadBytes }),
    close: () => Promise.resolve(),
  }
}
