import type { Cataloger } from './cataloger.ts'
import { isToken, linesOf } from './evidence-text.ts'
import type { WeakSettingFact } from './package.ts'

/** Who becomes root without being asked for a password (sudoers(5), doas.conf(5)). */
export const sudoers: Cataloger = {
  name: 'sudoers',
  version: 1,
  maxBytes: 1024 * 1024,
  subject: 'settings',
  // sudo leaves out names with a dot, or with a tilde at the end.
  wants: (path) => places.has(path) || /^etc\/(?:sudoers\.d\/[^/.]*[^/.~]|doas\.d\/[^/]+\.conf)$/.test(path),
  *read({ path, bytes }) {
    const whoOf = path.startsWith('etc/doas') ? whoInDoas : whoInSudo
    const found = new Set<string>()
    for (const line of linesOf(bytes.toString())) {
      const who = whoOf(line)
      if (isToken(who)) found.add(who)
    }
    for (const who of found)
      yield { kind: 'weak-setting', of: 'sudo', text: `${who} needs no password` } satisfies WeakSettingFact
  },
}

const places: ReadonlySet<string> = new Set(['etc/sudoers', 'etc/doas.conf'])

/** `app ALL=(ALL) NOPASSWD: ALL`; a name begins with `#` where a uid follows. */
function whoInSudo(line: string): string | undefined {
  return /^\s{0,99}(?<who>(?:[^\s#=,]|#\d)[^\s=,]{0,99})\s[^=]{0,1000}=[^#]{0,1000}\bNOPASSWD\s{0,9}:/.exec(line)
    ?.groups?.['who']
}

/** `permit nopass keepenv app as root`: the name is the last word before what the rule is for. */
function whoInDoas(line: string): string | undefined {
  const words = line.split('#', 1)[0]!.trim().split(/\s+/)
  const end = words.findIndex((word) => word === 'as' || word === 'cmd')
  const head = end < 0 ? words : words.slice(0, end)
  return head[0] === 'permit' && head.includes('nopass') ? head.at(-1) : undefined
}
