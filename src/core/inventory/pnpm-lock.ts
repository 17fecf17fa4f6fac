import type { Cataloger } from './cataloger.ts'
import { type Block, blocksOf } from './indented-blocks.ts'
import { isOfApplication, isReleased, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/**
 * pnpm's lock files: `packages` by `/a/1.0.0_peers` (version 5), `/a@1.0.0(peers)` (6 to 8) and `a@1.0.0` (9, which may begin
 * with a document about pnpm itself; that is read as well).
 */
export const pnpmLock: Cataloger = {
  name: 'pnpm-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'pnpm-lock.yaml' && isOfApplication(path),
  *read({ bytes }, note) {
    const text = bytes.toString()
    const format = /^lockfileVersion: *['"]?(?<major>\d+)/m.exec(text)?.groups?.['major']
    if (format === undefined) {
      note('it is not a lock file of pnpm')
      return
    }
    yield* locked('npm', packagesIn(text, Number(format) < 6), note)
  },
}

function* packagesIn(text: string, isBySlash: boolean): Generator<LockedPackage> {
  for (const block of blocksOf(text, 2)) {
    if (block.section !== 'packages') continue
    const found = isBySlash ? fromSlashes(block) : fromAtSign(block)
    // A package of a repository or an archive has its name and version below it.
    const { name = found?.name, version = found?.version } = Object.fromEntries(block.fields)
    if (name !== undefined && isReleased(version)) yield { name, version }
  }
}

/** `/@s/b/2.0.0_peer@1.0.0`, or with a registry's host before the first slash. */
function fromSlashes({ key }: Block): Record<'name' | 'version', string> | undefined {
  const [, ...parts] = key.split('/', 5)
  const [name, version] = parts[0]?.startsWith('@') ? [`${parts[0]}/${parts[1]}`, parts[2]] : parts
  return name !== undefined && version !== undefined ? { name, version: version.split('_', 1)[0] ?? '' } : undefined
}

function fromAtSign({ key }: Block): Record<'name' | 'version', string> | undefined {
  const start = key.startsWith('/') ? 1 : 0
  const at = key.indexOf('@', start + 1)
  if (at < 0) return undefined
  const peers = key.indexOf('(', at)
  return { name: key.slice(start, at), version: key.slice(at + 1, peers < 0 ? key.length : peers) }
}
