import { digestOf, isDigest } from '../../core/image/digest.ts'
import type { Digest } from '../../core/image/digest.ts'
import type { FetchedManifest } from '../../core/image/image.ts'
import { maxManifestBytes } from '../../core/image/manifest.ts'
import type { Descriptor } from '../../core/image/manifest.ts'
import { bareMediaType, manifestMediaTypes } from '../../core/image/media-type.ts'
import { isTag } from '../../core/image/reference.ts'
import { TallymanError } from '../../errors.ts'
import { refusal } from './failure.ts'
import { readAtMost } from './http.ts'
import type { HttpResponse } from './http.ts'
import type { Session } from './session.ts'

const accept = manifestMediaTypes.join(', ')

/** What a registry answered to a manifest that was pushed. */
export interface PushedManifest {
  /** Set: the registry lists it as a referrer of this digest (OCI-Subject). */
  readonly subject?: string
}

/** By tag or digest. MANIFEST_UNKNOWN; BLOB_CORRUPT where the bytes do not have the digest asked for or announced. */
export async function getManifest(
  session: Session,
  repository: string,
  tagOrDigest: string,
  signal: AbortSignal,
): Promise<FetchedManifest> {
  const { manifest } = await getTaggedManifest(session, repository, tagOrDigest, signal)
  return manifest
}

/** The same, with the ETag that a later conditional PUT needs. */
export function getTaggedManifest(
  session: Session,
  repository: string,
  tagOrDigest: string,
  signal: AbortSignal,
): Promise<{ manifest: FetchedManifest; etag?: string }> {
  const read = async (response: HttpResponse) => {
    if (response.status !== 200)
      throw await refusal(
        response,
        { missing: 'MANIFEST_UNKNOWN', what: `manifest ${name(repository, tagOrDigest)}` },
        signal,
      )
    const bytes = await readAtMost(response, maxManifestBytes, signal)
    if (bytes === 'too large') {
      throw new TallymanError(
        'MANIFEST_INVALID',
        `manifest ${name(repository, tagOrDigest)} is larger than the limit of ${maxManifestBytes} bytes`,
      )
    }
    const digest = digestOf(bytes)
    requireDigest(
      digest,
      isDigest(tagOrDigest) ? tagOrDigest : response.headers['docker-content-digest'],
      name(repository, tagOrDigest),
    )
    const mediaType = bareMediaType(response.headers['content-type'] ?? '')
    const { etag } = response.headers
    return { manifest: { descriptor: { mediaType, digest, size: bytes.length }, bytes }, ...(etag && { etag }) }
  }
  return session.send(request(repository, tagOrDigest, 'GET'), read, signal)
}

/** Digest and size without the bytes: cheap enough for polling. Old registries do not say the digest; they are asked for the manifest. */
export async function headManifest(
  session: Session,
  repository: string,
  tagOrDigest: string,
  signal: AbortSignal,
): Promise<Descriptor> {
  const read = async (response: HttpResponse) => {
    if (response.status !== 200)
      throw await refusal(
        response,
        { missing: 'MANIFEST_UNKNOWN', what: `manifest ${name(repository, tagOrDigest)}` },
        signal,
      )
    const { 'docker-content-digest': digest, 'content-length': length, 'content-type': type } = response.headers
    const size = Number(length)
    if (typeof digest !== 'string' || !isDigest(digest) || !length || !Number.isSafeInteger(size)) return undefined
    return { mediaType: bareMediaType(type ?? ''), digest, size }
  }
  const head = await session.send(request(repository, tagOrDigest, 'HEAD'), read, signal)
  return head ?? (await getManifest(session, repository, tagOrDigest, signal)).descriptor
}

/** `ifMatch` is the ETag of what is to be replaced; false where somebody else was faster (412). */
export function putManifest(
  session: Session,
  repository: string,
  tagOrDigest: string,
  mediaType: string,
  bytes: Buffer,
  signal: AbortSignal,
  ifMatch?: string,
): Promise<PushedManifest | false> {
  const read = async (response: HttpResponse) => {
    if (response.status === 412 && ifMatch) return false
    if (response.status < 200 || response.status > 202) {
      throw await refusal(
        response,
        { missing: 'REGISTRY_PROTOCOL', what: `place for manifest ${name(repository, tagOrDigest)}` },
        signal,
      )
    }
    const subject = response.headers['oci-subject']
    return typeof subject === 'string' ? { subject } : {}
  }
  const headers = { 'content-type': mediaType, ...(ifMatch && { 'if-match': ifMatch }) }
  return session.send({ ...request(repository, tagOrDigest, 'PUT'), headers, body: bytes }, read, signal)
}

/** `unsupported`: the registry does not let anyone delete. */
export function deleteManifest(
  session: Session,
  repository: string,
  tagOrDigest: string,
  signal: AbortSignal,
): Promise<'deleted' | 'unknown' | 'unsupported'> {
  const read = async (response: HttpResponse) => {
    if (response.status >= 200 && response.status <= 204) return 'deleted'
    if (response.status === 404) return 'unknown'
    if (response.status === 400 || response.status === 405 || response.status === 501) return 'unsupported'
    throw await refusal(
      response,
      { missing: 'MANIFEST_UNKNOWN', what: `manifest ${name(repository, tagOrDigest)}` },
      signal,
    )
  }
  return session.send(request(repository, tagOrDigest, 'DELETE'), read, signal)
}

function request<M extends 'GET' | 'HEAD' | 'PUT' | 'DELETE'>(repository: string, tagOrDigest: string, method: M) {
  if (!isDigest(tagOrDigest) && !isTag(tagOrDigest)) {
    throw new TallymanError('REFERENCE_INVALID', `${JSON.stringify(tagOrDigest)} is neither a tag nor a sha256 digest`)
  }
  const actions = { GET: 'pull', HEAD: 'pull', PUT: 'pull,push', DELETE: 'delete' }[method]
  const scope = `repository:${repository}:${actions}`
  return { method, path: `/v2/${repository}/manifests/${tagOrDigest}`, scope, headers: { accept } } as const
}

function requireDigest(found: Digest, expected: string | string[] | undefined, what: string): void {
  if (typeof expected !== 'string' || !isDigest(expected) || expected === found) return
  throw new TallymanError('BLOB_CORRUPT', `the bytes of manifest ${what} have the digest ${found}, not ${expected}`)
}

function name(repository: string, tagOrDigest: string): string {
  return `${repository}${isDigest(tagOrDigest) ? '@' : ':'}${tagOrDigest}`
}
