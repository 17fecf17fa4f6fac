import type { Digest } from '../../core/image/digest.ts'
import { TallymanError } from '../../errors.ts'
import { refusal } from './failure.ts'
import { discard } from './http.ts'
import type { HttpResponse } from './http.ts'
import { requireSafeTarget, resolveUrl } from './origin.ts'
import { retrying } from './retry.ts'
import type { Session, SessionRequest } from './session.ts'

/** Uploads a blob unless the registry has it. Safe to repeat; a broken upload begins anew, because its location is spent. */
export function putBlob(
  session: Session,
  repository: string,
  digest: Digest,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const upload = async () => {
    if (await hasBlob(session, repository, digest, signal)) return
    const location = await startUpload(session, repository, signal)
    location.searchParams.set('digest', digest)
    await finishUpload(session, repository, location, bytes, signal)
  }
  return retrying(upload, session.policy, signal)
}

async function hasBlob(session: Session, repository: string, digest: Digest, signal: AbortSignal): Promise<boolean> {
  const request = {
    method: 'HEAD',
    path: `/v2/${repository}/blobs/${digest}`,
    scope: `repository:${repository}:pull,push`,
  } as const
  const response = await session.open(request, signal)
  await discard(response)
  if (response.status === 200 || response.status === 404) return response.status === 200
  throw await refusal(response, { missing: 'BLOB_UNKNOWN', what: `repository ${repository}` }, signal)
}

async function startUpload(session: Session, repository: string, signal: AbortSignal): Promise<URL> {
  const path = `/v2/${repository}/blobs/uploads/`
  const response = await openOrRefuse(
    session,
    { method: 'POST', path, scope: `repository:${repository}:pull,push` },
    202,
    repository,
    signal,
  )
  const { location } = response.headers
  if (!location)
    throw new TallymanError('REGISTRY_PROTOCOL', `${response.url.host} began an upload without saying where`)
  const url = resolveUrl(location, response.url, 'upload location')
  requireSafeTarget(url, session.endpoint, 'upload location')
  return url
}

async function finishUpload(
  session: Session,
  repository: string,
  location: URL,
  bytes: Buffer,
  signal: AbortSignal,
): Promise<void> {
  const request: SessionRequest = {
    method: 'PUT',
    path: location,
    scope: `repository:${repository}:pull,push`,
    headers: { 'content-type': 'application/octet-stream' },
    body: bytes,
  }
  await openOrRefuse(session, request, 201, repository, signal)
}

async function openOrRefuse(
  session: Session,
  request: SessionRequest,
  expected: number,
  repository: string,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const response = await session.open(request, signal)
  try {
    if (response.status === expected) return response
    throw await refusal(response, { missing: 'REGISTRY_PROTOCOL', what: `place for uploads to ${repository}` }, signal)
  } finally {
    await discard(response)
  }
}
