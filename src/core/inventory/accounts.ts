import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken, linesOf } from './evidence-text.ts'
import type { AccountFact } from './package.ts'

/** The accounts and groups of the image's own root, with what their password fields come to. */
export const accounts: Cataloger = {
  name: 'accounts',
  version: 1,
  maxBytes: 4 * 1024 * 1024, // a university's passwd of 40,000 accounts
  subject: 'settings',
  wants: (path) => readers.has(path),
  *read({ path, bytes }, note) {
    const noteFirst = firstNotes(note)
    const read = readers.get(path)
    let number = 0
    for (const line of linesOf(bytes.toString())) {
      number++
      // `+` and `-` ask another service (nsswitch.conf(5)).
      if (line.trim() === '' || /^[#+-]/.test(line)) continue
      const fact = read?.(line.split(':', maxFields))
      if (fact) yield fact
      else noteFirst(`line ${number} is no account`)
    }
  },
}

/** master.passwd has ten. */
const maxFields = 12
const readers: ReadonlyMap<string, (fields: readonly string[]) => AccountFact | undefined> = new Map([
  ['etc/passwd', ofPasswd],
  ['etc/master.passwd', ofPasswd],
  ['etc/shadow', ofShadow],
  ['etc/group', ofGroup],
])

function ofPasswd(fields: readonly string[]): AccountFact | undefined {
  const [name = '', password, id] = fields
  const shell = fields.length >= 7 ? fields.at(-1) : undefined
  return account('passwd', name, idOf(id), password, shell)
}

function ofShadow([name = '', password]: readonly string[]): AccountFact | undefined {
  return account('shadow', name, null, password)
}

function ofGroup([name = '', password, id]: readonly string[]): AccountFact | undefined {
  return account('group', name, idOf(id), password)
}

function account(
  database: AccountFact['database'],
  name: string,
  id: number | null | undefined,
  password: string | undefined,
  shell?: string,
): AccountFact | undefined {
  if (!isToken(name) || id === undefined || password === undefined) return undefined
  const secret = secretOf(password, database)
  return { kind: 'account', database, name, id, secret, ...(isToken(shell) ? { shell } : {}) }
}

const idOf = (text = '') => (/^\d{1,10}$/.test(text) ? Number(text) : undefined)

/** crypt(5): what begins with `!` or `*`, or is too short for a hash, lets nobody in. */
function secretOf(field: string, database: AccountFact['database']): AccountFact['secret'] {
  if (field === '') return 'empty'
  if (field === 'x' && database !== 'shadow') return 'elsewhere'
  const isHash = field.startsWith('$') || field.startsWith('_') || /^[./0-9A-Za-z]{13}$/.test(field)
  return isHash ? 'set' : 'locked'
}
