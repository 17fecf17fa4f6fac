import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { digestOf } from '../../src/core/image/digest.ts'
import { mediaTypes } from '../../src/core/image/media-type.ts'
import { listen } from './listen.ts'
import { createTokenServer } from './token-server.ts'
import type { TokenServer } from './token-server.ts'

/** Which registry it is: every quirk is a switch, and may be thrown while it runs. */
export interface RegistrySwitches {
  /** Has the referrers API, and says OCI-Subject. */
  referrers: boolean
  /** `false`: 405 on every DELETE. */
  deletes: boolean
  auth: 'none' | 'basic' | 'token'
  /** Blobs are redirected to another origin, which fails with 400 if it is sent an Authorization header. */
  redirectBlobs: boolean
  /** How many names a page of tags, repositories or referrers has at the most. */
  pageSize: number
  /** `last`: a full page has no Link header. */
  paging: 'link' | 'last'
}

interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

export interface TestRegistry {
  /** `127.0.0.1:port`. */
  readonly host: string
  readonly switches: RegistrySwitches
  /** Requests to the registry, in order. */
  readonly requests: SeenRequest[]
  /** Requests to the origin that blobs are redirected to. */
  readonly storageRequests: SeenRequest[]
  readonly tokens: TokenServer
  readonly blobs: Map<string, Buffer>
  stop(): Promise<void>
}

/** The one user who may read and write. */
export const registryLogin = { username: 'robot', password: 'let:me:in' } as const

interface StoredManifest {
  readonly mediaType: string
  readonly bytes: Buffer
}

interface Repository {
  /** By digest. */
  readonly manifests: Map<string, StoredManifest>
  readonly tags: Map<string, string>
}

/** A registry in this process that speaks real HTTP: as much of distribution-spec as a scanner uses. */
export async function startRegistry(switches: Partial<RegistrySwitches> = {}): Promise<TestRegistry> {
  const settings: RegistrySwitches = {
    referrers: true,
    deletes: true,
    auth: 'none',
    redirectBlobs: false,
    pageSize: 100,
    paging: 'link',
    ...switches,
  }
  const requests: SeenRequest[] = []
  const storageRequests: SeenRequest[] = []
  const blobs = new Map<string, Buffer>()
  const repositories = new Map<string, Repository>()
  const tokens = await createTokenServer(registryLogin)
  const storage = await listen((request, response) => {
    storageRequests.push(seen(request))
    if (request.headers.authorization) return answer(response, 400, 'only one authorization is allowed')
    return sendBlob(request, response, blobs.get(request.url?.slice(1) ?? ''))
  })
  const registry = await listen(async (request, response) => {
    requests.push(seen(request))
    if (!isAllowed(request, settings, tokens)) return challenge(response, request, settings, tokens)
    await route(request, response, { settings, blobs, repositories, storage: storage.origin })
  })
  return {
    host: registry.host,
    switches: settings,
    requests,
    storageRequests,
    tokens,
    blobs,
    async stop() {
      await Promise.all([registry.stop(), storage.stop(), tokens.stop()])
    },
  }
}

interface State {
  readonly settings: RegistrySwitches
  readonly blobs: Map<string, Buffer>
  readonly repositories: Map<string, Repository>
  readonly storage: string
}

const routes: readonly [RegExp, (context: Context) => Promise<void> | void][] = [
  [/^\/v2\/$/, ({ response }) => answer(response, 200, {})],
  [/^\/v2\/_catalog$/, (context) => page(context, 'repositories', [...context.state.repositories.keys()])],
  [/^\/v2\/(?<name>.+)\/tags\/list$/, listTags],
  [/^\/v2\/(?<name>.+)\/manifests\/(?<reference>[^/]+)$/, manifest],
  [/^\/v2\/(?<name>.+)\/blobs\/uploads\/$/, startUpload],
  [/^\/v2\/(?<name>.+)\/blobs\/uploads\/(?<reference>[^/]+)$/, finishUpload],
  [/^\/v2\/(?<name>.+)\/blobs\/(?<reference>[^/]+)$/, blob],
  [/^\/v2\/(?<name>.+)\/referrers\/(?<reference>[^/]+)$/, referrers],
]

interface Context {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly url: URL
  readonly name: string
  readonly reference: string
  readonly state: State
}

async function route(request: IncomingMessage, response: ServerResponse, state: State): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://registry')
  for (const [pattern, handle] of routes) {
    const match = pattern.exec(url.pathname)
    if (!match) continue
    const { name = '', reference = '' } = match.groups ?? {}
    await handle({ request, response, url, name, reference, state })
    return
  }
  answer(response, 404, 'page not found')
}

function listTags(context: Context): void {
  const repository = context.state.repositories.get(context.name)
  if (!repository) return error(context.response, 404, 'NAME_UNKNOWN')
  page(context, 'tags', [...repository.tags.keys()].sort())
}

async function manifest(context: Context): Promise<void> {
  const { request, response, reference, name, state } = context
  const repository = state.repositories.get(name)
  const digest = repository?.tags.get(reference) ?? reference
  const stored = repository?.manifests.get(digest)
  if (request.method === 'PUT') return putManifest(context)
  if (!repository || !stored) return error(response, 404, 'MANIFEST_UNKNOWN')
  if (request.method === 'DELETE') {
    if (!state.settings.deletes) return error(response, 405, 'UNSUPPORTED')
    repository.manifests.delete(digest)
    for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag)
    return answer(response, 202)
  }
  const headers = { 'docker-content-digest': digest, etag: `"${digest}"`, 'content-type': stored.mediaType }
  response.writeHead(200, { ...headers, 'content-length': stored.bytes.length })
  response.end(request.method === 'HEAD' ? undefined : stored.bytes)
}

async function putManifest({ request, response, name, reference, state }: Context): Promise<void> {
  const bytes = await buffer(request)
  const digest = digestOf(bytes)
  const repository = state.repositories.get(name) ?? { manifests: new Map(), tags: new Map() }
  const ifMatch = request.headers['if-match']
  if (reference.startsWith('sha256:') && reference !== digest) return error(response, 400, 'DIGEST_INVALID')
  if (ifMatch && ifMatch !== `"${repository.tags.get(reference)}"`) return answer(response, 412)
  state.repositories.set(name, repository)
  repository.manifests.set(digest, { mediaType: request.headers['content-type'] ?? '', bytes })
  if (!reference.startsWith('sha256:')) repository.tags.set(reference, digest)
  const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } }
  const lists = subject && state.settings.referrers
  response.writeHead(201, { 'docker-content-digest': digest, ...(lists && { 'oci-subject': subject.digest }) })
  response.end()
}

function referrers(context: Context): void {
  const { response, name, reference, state, url } = context
  if (!state.settings.referrers) return answer(response, 404, '404 page not found\n')
  const repository = state.repositories.get(name)
  const wanted = url.searchParams.get('artifactType')
  const all = [...(repository?.manifests ?? [])].flatMap(([digest, { mediaType, bytes }]) => {
    const { subject, artifactType, annotations } = JSON.parse(bytes.toString()) as {
      subject?: { digest: string }
      artifactType?: string
      annotations?: object
    }
    if (subject?.digest !== reference || (wanted && artifactType !== wanted)) return []
    return [{ mediaType, digest, size: bytes.length, artifactType, annotations }]
  })
  const from = Number(url.searchParams.get('from') ?? 0)
  const to = from + state.settings.pageSize
  if (to < all.length) {
    url.searchParams.set('from', String(to))
    response.setHeader('link', `<${url.pathname}${url.search}>; rel="next"`)
  }
  response.setHeader('content-type', mediaTypes.ociIndex)
  answer(response, 200, { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: all.slice(from, to) })
}

function blob({ request, response, reference, state }: Context): void {
  const bytes = state.blobs.get(reference)
  if (!bytes) return error(response, 404, 'BLOB_UNKNOWN')
  if (!state.settings.redirectBlobs || request.method === 'HEAD') return sendBlob(request, response, bytes)
  response.writeHead(307, { location: `${state.storage}/${reference}` })
  response.end()
}

function startUpload({ response, name }: Context): void {
  response.writeHead(202, { location: `/v2/${name}/blobs/uploads/${crypto.randomUUID()}?state=kept` })
  response.end()
}

async function finishUpload({ request, response, url, state }: Context): Promise<void> {
  const bytes = await buffer(request)
  const digest = url.searchParams.get('digest') ?? ''
  if (digest !== digestOf(bytes) || url.searchParams.get('state') !== 'kept')
    return error(response, 400, 'DIGEST_INVALID')
  state.blobs.set(digest, bytes)
  return answer(response, 201)
}

function sendBlob(request: IncomingMessage, response: ServerResponse, bytes: Buffer | undefined): void {
  if (!bytes) return answer(response, 404, 'no such object')
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const range = from > 0 && { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` }
  response.writeHead(from > 0 ? 206 : 200, { 'content-length': bytes.length - from, ...range })
  response.end(request.method === 'HEAD' ? undefined : bytes.subarray(from))
}

/** `n` and `last` as in distribution-spec "Listing Tags". */
function page({ response, url, state: { settings } }: Context, key: string, names: readonly string[]): void {
  const size = Math.min(Number(url.searchParams.get('n') ?? settings.pageSize), settings.pageSize)
  const last = url.searchParams.get('last')
  const start = last === null ? 0 : names.indexOf(last) + 1
  const shown = names.slice(start, start + size)
  if (settings.paging === 'link' && start + size < names.length) {
    response.setHeader('link', `<${url.pathname}?n=${size}&last=${shown.at(-1)}>; rel="next"`)
  }
  answer(response, 200, { name: 'x', [key]: shown.length > 0 ? shown : null })
}

function isAllowed(request: IncomingMessage, { auth }: RegistrySwitches, tokens: TokenServer): boolean {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ')
  if (auth === 'none') return true
  if (auth === 'token') return scheme === 'Bearer' && tokens.allows(value, scopeOf(request))
  return scheme === 'Basic' && value === btoa(`${registryLogin.username}:${registryLogin.password}`)
}

function challenge(
  response: ServerResponse,
  request: IncomingMessage,
  { auth }: RegistrySwitches,
  tokens: TokenServer,
): void {
  const scope = scopeOf(request)
  const bearer = `Bearer realm="${tokens.realm}",service="test"${scope ? `,scope="${scope}"` : ''}`
  response.setHeader('www-authenticate', auth === 'basic' ? 'Basic realm="test, with a comma"' : bearer)
  error(response, 401, 'UNAUTHORIZED')
}

function scopeOf({ url = '', method }: IncomingMessage): string {
  if (url.startsWith('/v2/_catalog')) return 'registry:catalog:*'
  const name = /^\/v2\/(.+)\/(?:manifests|blobs|tags|referrers)\//.exec(url)?.[1]
  if (!name) return ''
  const actions = { GET: 'pull', HEAD: 'pull', DELETE: 'delete' }[method ?? ''] ?? 'pull,push'
  return `repository:${name}:${actions}`
}

function error(response: ServerResponse, status: number, code: string): void {
  answer(response, status, { errors: [{ code, message: code.toLowerCase().replace('_', ' ') }] })
}

function answer(response: ServerResponse, status: number, body?: string | object): void {
  if (typeof body === 'object' && !response.hasHeader('content-type'))
    response.setHeader('content-type', 'application/json')
  response.writeHead(status)
  response.end(typeof body === 'object' ? JSON.stringify(body) : body)
}

function seen({ method = '', url = '', headers }: IncomingMessage): SeenRequest {
  return { method, url, headers }
}
