import { readFile } from 'node:fs/promises'
import { TallymanError } from '../../errors.ts'
import type { Credentials } from './identity.ts'

/** What `docker login` leaves behind. Only the fields that we use; all of them may be absent. */
export interface DockerConfig {
  readonly auths?: Readonly<Record<string, AuthEntry>>
  readonly credHelpers?: Readonly<Record<string, string>>
  readonly credsStore?: string
}

export interface AuthEntry {
  readonly auth?: string
  readonly username?: string
  readonly password?: string
  readonly identitytoken?: string
  readonly registrytoken?: string
}

export async function readDockerConfig(file: string): Promise<DockerConfig | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new TallymanError(
      'CONFIG_INVALID',
      `cannot read the docker credentials in ${file}: ${(error as Error).message}`,
    )
  }
  try {
    const config: unknown = JSON.parse(text)
    if (typeof config === 'object' && config !== null && !Array.isArray(config)) return config
  } catch {
    // told below, without the parser's message: it quotes the text, and the text is secret
  }
  throw new TallymanError('CONFIG_INVALID', `the docker credentials in ${file} are not a JSON object`)
}

/** The exact key, else one that only has a scheme or a path around the host, as old versions of docker wrote them. */
export function findEntry(
  auths: Readonly<Record<string, AuthEntry>>,
  host: string,
  server: string,
): AuthEntry | undefined {
  const exact = auths[server] ?? auths[host]
  if (exact) return exact
  const names = host === 'docker.io' ? ['docker.io', 'index.docker.io'] : [host]
  return Object.entries(auths).find(([key]) => names.includes(bareHost(key)))?.[1]
}

function bareHost(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/', 1)[0] ?? ''
}

export function fromEntry(entry: AuthEntry | undefined, file: string, host: string): Credentials | undefined {
  if (!entry) return undefined
  const from = file
  const pair = entry.auth ? splitAuth(entry.auth) : { username: entry.username, password: entry.password }
  const { username, password } = pair ?? {}
  if (entry.registrytoken) return { from, registryToken: entry.registrytoken }
  if (entry.identitytoken) return { from, identityToken: entry.identitytoken, ...(username && { username }) }
  if (username && password) return { from, username, password }
  if (!entry.auth) return undefined // `docker login` with a helper leaves an empty entry
  throw new TallymanError('CONFIG_INVALID', `the entry for ${host} in ${file} is not base64 of user:password`)
}

/** base64 of `user:password`; the password may hold colons, and old versions padded with NULs. */
function splitAuth(auth: string): { username: string; password: string } | undefined {
  const text = Buffer.from(auth, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0) return undefined
  return { username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') }
}
