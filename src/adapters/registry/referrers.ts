import { digestOf } from '../../core/image/digest.ts'
import type { Digest } from '../../core/image/digest.ts'
import { maxManifestBytes, parseManifest } from '../../core/image/manifest.ts'
import type { Descriptor, ImageIndex } from '../../core/image/manifest.ts'
import { bareMediaType, mediaTypes } from '../../core/image/media-type.ts'
import { TallymanError } from '../../errors.ts'
import { readErrors, refusal } from './failure.ts'
import { readAtMost } from './http.ts'
import type { HttpResponse } from './http.ts'
import { nextLink } from './listing.ts'
import { deleteManifest, putManifest } from './manifests.ts'
import { resolveUrl } from './origin.ts'
import { addToTagIndex, readTagIndex, removeFromTagIndex } from './referrers-tag.ts'
import type { Session } from './session.ts'

/** Whether a registry has the referrers API: asked once, and again after hours, because registries are upgraded. */
export interface ReferrersSupport {
  unsupportedUntil: number
}

const askAgainAfterMs = 6 * 60 * 60_000
/** An image with more artifacts than this on it is under attack. */
const maxReferrers = 20_000
const maxPages = 1_000

/** A manifest with a subject, ready to be pushed. Its blobs are in the repository already. */
export interface Attachment {
  readonly bytes: Buffer
  /** Must be the digest in the manifest's own `subject`. */
  readonly subject: Digest
}

/** What refers to `digest`, of one artifact type or of all; from the referrers API, else from the tag schema. */
export async function listReferrers(
  session: Session,
  support: ReferrersSupport,
  repository: string,
  digest: Digest,
  artifactType: string | undefined,
  signal: AbortSignal,
): Promise<Descriptor[]> {
  const listed =
    (await listByApi(session, support, repository, digest, artifactType, signal)) ??
    (await readTagIndex(session, repository, digest, signal)).manifests
  // Filtering is the server's option, so it is done here in any case.
  return listed.filter((referrer) => artifactType === undefined || referrer.artifactType === artifactType)
}

/** Pushes the manifest by digest and, on a registry that does not keep referrers itself, lists it under the subject's tag. */
export async function attach(
  session: Session,
  support: ReferrersSupport,
  repository: string,
  { bytes, subject }: Attachment,
  signal: AbortSignal,
): Promise<Descriptor> {
  const referrer = describeAttachment(bytes, subject)
  const pushed = await putManifest(session, repository, referrer.digest, referrer.mediaType, bytes, signal)
  if (pushed && pushed.subject !== undefined) return referrer
  // Some registries list it without saying so.
  const listed = await listByApi(session, support, repository, subject, undefined, signal)
  if (!listed?.some(({ digest }) => digest === referrer.digest))
    await addToTagIndex(session, repository, subject, referrer, signal)
  return referrer
}

/** `kept`: the registry does not let anyone delete, so it is only no longer listed (tag schema) or still there (API). */
export async function removeReferrer(
  session: Session,
  support: ReferrersSupport,
  repository: string,
  subject: Digest,
  referrer: Digest,
  signal: AbortSignal,
): Promise<'removed' | 'kept'> {
  const outcome = await deleteManifest(session, repository, referrer, signal)
  const usesApi = (await listByApi(session, support, repository, subject, undefined, signal)) !== undefined
  if (!usesApi) await removeFromTagIndex(session, repository, subject, referrer, signal)
  return outcome === 'unsupported' ? 'kept' : 'removed'
}

/** Undefined where the registry has no such API: anything but 200 with an index is taken for that. */
async function listByApi(
  session: Session,
  support: ReferrersSupport,
  repository: string,
  digest: Digest,
  artifactType: string | undefined,
  signal: AbortSignal,
): Promise<Descriptor[] | undefined> {
  if (support.unsupportedUntil > Date.now()) return undefined
  const found: Descriptor[] = []
  let next: URL | undefined = new URL(`/v2/${repository}/referrers/${digest}`, session.endpoint)
  if (artifactType !== undefined) next.searchParams.set('artifactType', artifactType)
  for (let pages = 1; next; pages += 1) {
    const page = await getPage(session, next, repository, digest, signal)
    if (page === 'unsupported') support.unsupportedUntil = Date.now() + askAgainAfterMs
    if (page === 'unsupported' || page === 'unknown') return undefined
    found.push(...page.referrers)
    if (found.length > maxReferrers || pages > maxPages) {
      throw new TallymanError(
        'REGISTRY_PROTOCOL',
        `${session.endpoint.host} lists more than ${maxReferrers} referrers of ${digest}`,
      )
    }
    next = page.next
  }
  return found
}

type ReferrersPage = 'unsupported' | 'unknown' | { readonly referrers: readonly Descriptor[]; readonly next?: URL }

function getPage(
  session: Session,
  path: URL,
  repository: string,
  digest: Digest,
  signal: AbortSignal,
): Promise<ReferrersPage> {
  const read = async (response: HttpResponse): Promise<ReferrersPage> => {
    const { status, headers, url } = response
    if (status === 401 || status === 403) {
      throw await refusal(
        response,
        { missing: 'MANIFEST_UNKNOWN', what: `referrers of ${repository}@${digest}` },
        signal,
      )
    }
    if (status === 404)
      return (await readErrors(response, signal)).codes.includes('NAME_UNKNOWN') ? 'unknown' : 'unsupported'
    if (status !== 200 || bareMediaType(headers['content-type'] ?? '') !== mediaTypes.ociIndex) return 'unsupported'
    const body = await readAtMost(response, maxManifestBytes, signal)
    if (body === 'too large')
      throw new TallymanError(
        'REGISTRY_PROTOCOL',
        `${url.host} sent a list of referrers over ${maxManifestBytes} bytes`,
      )
    const link = nextLink(headers.link)
    return {
      referrers: parseReferrers(body).manifests,
      ...(link && { next: onSameHost(resolveUrl(link, url, 'next page'), session.endpoint) }),
    }
  }
  return session.send({ method: 'GET', path, scope: `repository:${repository}:pull` }, read, signal)
}

function parseReferrers(body: Buffer): ImageIndex {
  const index = parseManifest(body, mediaTypes.ociIndex)
  if (index.kind === 'index') return index
  throw new TallymanError('REGISTRY_PROTOCOL', 'the list of referrers is not an index')
}

function onSameHost(next: URL, endpoint: URL): URL {
  if (next.host === endpoint.host) return new URL(`${next.pathname}${next.search}`, endpoint)
  throw new TallymanError('REGISTRY_PROTOCOL', `${endpoint.host} continues its referrers on another host, ${next.host}`)
}

/** As a list of referrers would describe it: with the manifest's artifact type and annotations. */
function describeAttachment(bytes: Buffer, subject: Digest): Descriptor {
  const manifest = parseManifest(bytes, '')
  if (manifest.kind !== 'artifact' || manifest.subject?.digest !== subject) {
    throw new TallymanError('MANIFEST_INVALID', `the manifest to attach is not an artifact with the subject ${subject}`)
  }
  const { mediaType, artifactType, annotations } = manifest
  return { mediaType, digest: digestOf(bytes), size: bytes.length, artifactType, annotations }
}
