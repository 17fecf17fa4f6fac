import { TallymanError } from '../../errors.ts'
import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'

/** `registry/repository[:tag][@digest]`. With both, the digest decides and the tag is a label. */
export interface Reference {
  /** Host with port, lower case: `docker.io`, `registry.example:5000`, `[::1]:5000`. */
  readonly registry: string
  readonly repository: string
  /** `latest` where the text has neither tag nor digest. */
  readonly tag?: string
  readonly digest?: Digest
}

/** The registry that a name without host belongs to. */
export const dockerHub = 'docker.io'

const hubAliases: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io'])
const hostPattern = /^(?:(?!-)[a-z0-9-]+(?<!-)(?:\.(?!-)[a-z0-9-]+(?<!-))*|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/
const componentPattern = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const tagPattern = /^\w[\w.-]{0,127}$/
const imageIdPattern = /^[0-9a-f]{64}$/
/** distribution/reference NameTotalLengthMax, over host and path together. */
const maxNameLength = 255
/** Longer than every valid reference: the rest is not even looked at. */
const maxTextLength = 1_024

/** Reads a reference as the distribution grammar and docker's conventions have it; REFERENCE_INVALID says what is wrong. */
export function parseReference(text: string): Reference {
  if (text === '') throw refused(text, 'it is empty')
  if (text.length > maxTextLength) throw refused(text, `it is longer than ${maxTextLength} characters`)
  if (/^[a-z]+:\/\//i.test(text)) throw refused(text, 'leave out the scheme: write host/repository:tag')
  const { name, tag, digest } = splitReference(text)
  const { registry, repository } = splitName(name)
  requireRegistry(registry, text)
  requireRepository(repository, text)
  if (`${registry}/${repository}`.length > maxNameLength)
    throw refused(text, `the name is longer than ${maxNameLength} characters`)
  if (tag !== undefined && !isTag(tag)) {
    throw refused(
      text,
      'a tag has letters, digits, "_", "." and "-", does not start with "." or "-", and has at most 128 characters',
    )
  }
  if (digest !== undefined && !isDigest(digest))
    throw refused(text, 'a digest is "sha256:" and 64 lower-case hex digits')
  if (tag === undefined && digest === undefined) return { registry, repository, tag: 'latest' }
  return { registry, repository, ...(tag !== undefined && { tag }), ...(digest && { digest }) }
}

/** The full form: the host is always written out. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`
}

/** What to ask the registry for: the digest where there is one. */
export function tagOrDigest({ tag, digest }: Reference): string {
  return digest ?? tag ?? 'latest'
}

export function isTag(text: string): boolean {
  return tagPattern.test(text)
}

/** Whether `text` is a repository path without host, as one may be put into a registry's URL. */
export function isRepository(text: string): boolean {
  return text.length <= maxNameLength && text.split('/').every((part) => componentPattern.test(part))
}

/** One spelling for a registry's host: lower case, and one name for Docker Hub. */
export function canonicalRegistry(host: string): string {
  const name = host.toLowerCase()
  return hubAliases.has(name) ? dockerHub : name
}

export function isRegistryHost(host: string): boolean {
  return hostPattern.test(host.toLowerCase())
}

function splitReference(text: string): { name: string; tag?: string; digest?: string } {
  const at = text.indexOf('@')
  const [rest, digest] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
  const colon = rest.lastIndexOf(':')
  const hasTag = colon > rest.lastIndexOf('/')
  return {
    name: hasTag ? rest.slice(0, colon) : rest,
    ...(hasTag && { tag: rest.slice(colon + 1) }),
    ...(digest !== undefined && { digest }),
  }
}

/** The first part is a host if it could not be a repository: it has a dot, a port or upper case, or is localhost. */
function splitName(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const isHost = first === 'localhost' || /[.:A-Z]/.test(first)
  const registry = isHost ? canonicalRegistry(first) : dockerHub
  const path = isHost ? name.slice(slash + 1) : name
  return { registry, repository: registry === dockerHub && !path.includes('/') ? `library/${path}` : path }
}

function requireRegistry(registry: string, text: string): void {
  if (!isRegistryHost(registry)) throw refused(text, `${JSON.stringify(registry)} is not a host name`)
}

function requireRepository(repository: string, text: string): void {
  const path = repository.replace(/^library\//, '')
  if (path === '') throw refused(text, 'the repository is missing')
  if (imageIdPattern.test(path))
    throw refused(text, 'this looks like an image id; name a repository, or write repository@sha256:…')
  if (isRepository(repository)) return
  if (/[A-Z]/.test(repository)) throw refused(text, 'a repository name is lower case')
  throw refused(text, 'a repository name has lower-case letters and digits, separated by "/", ".", "_", "__" or "-"')
}

function refused(text: string, problem: string): TallymanError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text
  return new TallymanError('REFERENCE_INVALID', `${JSON.stringify(shown)} is not an image reference: ${problem}`)
}
