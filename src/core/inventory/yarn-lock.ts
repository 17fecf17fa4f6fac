import type { Cataloger } from './cataloger.ts'
import { type Block, blocksOf } from './indented-blocks.ts'
import { isOfApplication, isReleased, locked, type LockedPackage, maxLockFileBytes } from './lock-file.ts'

/**
 * yarn's lock files: its own format of version 1, and the YAML of later ones. What is asked for stands before the `@`, what
 * was chosen in `version` and, later, in `resolution`. Workspaces and links are the project's own and left out.
 */
export const yarnLock: Cataloger = {
  name: 'yarn-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => basename === 'yarn.lock' && isOfApplication(path),
  *read({ bytes }, note) {
    const text = bytes.toString()
    if (text.trim() === '') return // made to tell yarn where a project begins
    if (!/^(?:# yarn lockfile v1|__metadata:)/m.test(text)) {
      note('it is not a lock file of yarn')
      return
    }
    yield* locked('npm', packagesIn(text), note)
  },
}

function* packagesIn(text: string): Generator<LockedPackage> {
  for (const block of blocksOf(text, 0)) {
    const version = block.fields.get('version')
    const name = nameOf(block)
    if (block.key !== '__metadata' && name !== undefined && isReleased(version) && !isUnversioned(version)) {
      yield { name, version }
    }
  }
}

/** What yarn writes for a workspace. */
const isUnversioned = (version: string): boolean => version === '0.0.0-use.local'

/** Of `resolution` where there is one, or of the first pattern: `a@^1.0.0`, `alias@npm:a@^1.0.0`. */
function nameOf({ key, fields }: Block): string | undefined {
  const pattern = fields.get('resolution') ?? key.split(', ', 1)[0]?.replace(/^"|"$/g, '') ?? ''
  const match = /^(?<name>@?[^@]+)@(?<protocol>[a-z+]+:)?(?<rest>.*)$/.exec(pattern)?.groups
  if (!match) return undefined
  const { name, protocol, rest = '' } = match
  if (protocol === 'workspace:' || protocol === 'link:' || protocol === 'portal:' || protocol === 'file:')
    return undefined
  const alias = protocol === 'npm:' ? /^(?<name>@?[^@]+)@/.exec(rest)?.groups?.['name'] : undefined
  return alias ?? name
}
