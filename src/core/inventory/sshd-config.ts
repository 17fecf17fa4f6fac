import type { Cataloger } from './cataloger.ts'
import { linesOf } from './evidence-text.ts'
import type { WeakSettingFact } from './package.ts'

/** Whom an SSH server lets in without more than a password, or without one (sshd_config(5)). */
export const sshdConfig: Cataloger = {
  name: 'sshd-config',
  version: 1,
  maxBytes: 1024 * 1024,
  subject: 'settings',
  wants: (path) => path === 'etc/ssh/sshd_config' || /^etc\/ssh\/sshd_config\.d\/[^/]+\.conf$/.test(path),
  *read({ bytes }) {
    const seen = new Set<string>()
    for (const line of linesOf(bytes.toString())) {
      const { keyword, value } = setting.exec(line)?.groups ?? {}
      if (keyword === undefined || value === undefined) continue
      // What follows holds for some users or hosts only.
      if (keyword.toLowerCase() === 'match') return
      // The first value of a keyword holds.
      if (seen.has(keyword.toLowerCase())) continue
      seen.add(keyword.toLowerCase())
      if (weak.has(`${keyword} ${value}`.toLowerCase()))
        yield { kind: 'weak-setting', of: 'sshd', text: `${keyword} ${value}` } satisfies WeakSettingFact
    }
  },
}

const setting = /^\s{0,99}(?<keyword>[A-Za-z]{1,40})(?:\s{1,9}|\s{0,9}=\s{0,9})"?(?<value>[^\s"]{1,100})/

/** Password logins are OpenSSH's default, so saying so takes nothing away. */
const weak: ReadonlySet<string> = new Set(['permitrootlogin yes', 'permitemptypasswords yes', 'strictmodes no'])
