import type { ModeFact } from '../inventory/package.ts'
import type { Reading } from './facts.ts'
import type { TarEntry } from './tar-walker.ts'

/** Stands in readings where a cataloger's name does: what it says is of the entry's header, and nobody has read the file. */
export const fileMode = 'file-mode'

const setId = 0o6000
const worldWritable = 0o002
const sticky = 0o1000

/**
 * Of the entries that grant something to others than their owner, how they do: setuid and setgid programs, what everybody
 * may write to, devices, programs with capabilities. undefined for all others, links among them.
 */
export function modeOf({ kind, mode, uid, gid, capabilities }: TarEntry): ModeFact | undefined {
  const fact = (entry: ModeFact['entry']): ModeFact => ({
    kind: 'mode',
    entry,
    mode,
    uid,
    gid,
    ...(capabilities === undefined ? {} : { capabilities }),
  })
  switch (kind) {
    case 'file':
    case 'hardlink':
      return mode & (setId | worldWritable) || capabilities !== undefined ? fact('file') : undefined
    case 'directory':
      return mode & worldWritable && !(mode & sticky) ? fact('directory') : undefined
    case 'character-device':
    case 'block-device':
      return fact(kind)
    default:
      return undefined
  }
}

/** Whether it says something of the file's content. */
export function isOfContent({ cataloger }: Pick<Reading, 'cataloger'>): boolean {
  return cataloger !== fileMode
}
