import type { Digest } from '../../core/image/digest.ts'
import { parseManifest } from '../../core/image/manifest.ts'
import type { Descriptor } from '../../core/image/manifest.ts'
import { mediaTypes } from '../../core/image/media-type.ts'
import { TallymanError } from '../../errors.ts'
import { getTaggedManifest, putManifest } from './manifests.ts'
import { pause } from './retry.ts'
import type { Session } from './session.ts'

/** distribution-spec "Referrers Tag Schema": an index under the tag `sha256-<hex>` lists what refers to the digest. */
interface TagIndex {
  readonly manifests: readonly Descriptor[]
  /** Present where the registry gives one: then it is replaced only if nobody else did. */
  readonly etag?: string
}

const maxTries = 6

/** Updates of one tag in this process wait for each other; other writers are met by ETag, or by looking again. */
const updates = new Map<string, Promise<void>>()

export async function readTagIndex(
  session: Session,
  repository: string,
  subject: Digest,
  signal: AbortSignal,
): Promise<TagIndex> {
  const tag = referrersTag(subject)
  try {
    const { manifest, etag } = await getTaggedManifest(session, repository, tag, signal)
    const index = parseManifest(manifest.bytes, manifest.descriptor.mediaType)
    if (index.kind === 'index') return { manifests: index.manifests, ...(etag && { etag }) }
  } catch (error) {
    if (error instanceof TallymanError && error.code === 'MANIFEST_UNKNOWN') return { manifests: [] }
    throw error
  }
  throw new TallymanError(
    'REGISTRY_PROTOCOL',
    `the tag ${repository}:${tag} should list referrers but holds something else; it was left alone`,
  )
}

export function addToTagIndex(
  session: Session,
  repository: string,
  subject: Digest,
  referrer: Descriptor,
  signal: AbortSignal,
): Promise<void> {
  const isThere = (manifests: readonly Descriptor[]) => manifests.some(({ digest }) => digest === referrer.digest)
  return update(session, repository, subject, isThere, (manifests) => [...manifests, referrer], signal)
}

export function removeFromTagIndex(
  session: Session,
  repository: string,
  subject: Digest,
  referrer: Digest,
  signal: AbortSignal,
): Promise<void> {
  const others = (manifests: readonly Descriptor[]) => manifests.filter(({ digest }) => digest !== referrer)
  const isGone = (manifests: readonly Descriptor[]) => others(manifests).length === manifests.length
  return update(session, repository, subject, isGone, others, signal)
}

function referrersTag(subject: Digest): string {
  return subject.replace(':', '-')
}

/** The last writer wins, so after each write the index is read again, until the change is seen in it. */
function update(
  session: Session,
  repository: string,
  subject: Digest,
  isDone: (manifests: readonly Descriptor[]) => boolean,
  change: (manifests: readonly Descriptor[]) => readonly Descriptor[],
  signal: AbortSignal,
): Promise<void> {
  const tag = referrersTag(subject)
  return inTurn(`${session.endpoint.host}/${repository}:${tag}`, async () => {
    for (let tries = 0; tries < maxTries; tries += 1) {
      const { manifests, etag } = await readTagIndex(session, repository, subject, signal)
      if (isDone(manifests)) return
      if (tries > 0) await pause(Math.random() * 50 * 2 ** tries, signal)
      const index = { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests: change(manifests) }
      await putManifest(session, repository, tag, mediaTypes.ociIndex, Buffer.from(JSON.stringify(index)), signal, etag)
    }
    const { manifests } = await readTagIndex(session, repository, subject, signal)
    if (isDone(manifests)) return
    throw new TallymanError(
      'REGISTRY_UNAVAILABLE',
      `others keep changing ${repository}:${tag}; gave up after ${maxTries} tries`,
    )
  })
}

async function inTurn(key: string, work: () => Promise<void>): Promise<void> {
  const before = updates.get(key) ?? Promise.resolve()
  const mine = before.catch(() => undefined).then(work)
  updates.set(key, mine)
  try {
    await mine
  } finally {
    if (updates.get(key) === mine) updates.delete(key)
  }
}
