import type { Cataloger } from './cataloger.ts'
import { linesOf } from './evidence-text.ts'
import { isOfApplication, locked, maxLockFileBytes, type LockedPackage } from './lock-file.ts'

/**
 * Bundler's lock file: `name (version[-platform])` below `specs:`, indented by four; what they need is indented by six.
 * Gems below PATH are the application itself.
 */
export const gemfileLock: Cataloger = {
  name: 'gemfile-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => (basename === 'Gemfile.lock' || basename === 'gems.locked') && isOfApplication(path),
  read: ({ bytes }, note) => locked('gem', gemsIn(bytes.toString()), note),
}

function* gemsIn(text: string): Generator<LockedPackage> {
  let section = ''
  for (const line of linesOf(text)) {
    if (/^[A-Z]/.test(line)) section = line
    if (section !== 'GEM' && section !== 'GIT' && section !== 'PLUGIN SOURCE') continue
    const [, name, version = ''] = /^ {4}([^ ]+) \(([^)]+)\)$/.exec(line) ?? []
    if (name !== undefined) yield { name, version: version.split('-', 1)[0] }
  }
}
