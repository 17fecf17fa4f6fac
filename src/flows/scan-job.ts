import { setTimeout as sleep } from 'node:timers/promises'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Job, Lane } from '../adapters/queue/queue.ts'
import type { Repository } from '../adapters/registry/client.ts'
import { scanImage, type Scanned, type ScanDeps, type ScanTarget } from './scan-image.ts'
import { writeBack, type WriteBackDeps } from './write-back.ts'
import { isDigest, type Digest } from '../core/image/digest.ts'
import { signatureKind } from '../core/signature/artifacts.ts'
import { asTallymanError, TallymanError } from '../errors.ts'

/** What a scan job carries: where the image lies and what of it was named. */
export interface ScanJob {
  readonly registry: string
  readonly repository: string
  readonly tag?: string
  readonly digest?: string
  /** Pushed by digest alone: dropped if it turns out to be a platform of an index at the same place. */
  readonly mayBeChild?: boolean
  /** Not the image was pushed, but a signature of it; or the signature, if that is what is named. */
  readonly signature?: boolean
}

const payloadSchema = Type.Object({
  registry: Type.String(),
  repository: Type.String(),
  tag: Type.Optional(Type.String()),
  digest: Type.Optional(Type.String()),
  mayBeChild: Type.Optional(Type.Boolean()),
  signature: Type.Optional(Type.Boolean()),
})
const payload = Compile(payloadSchema)

/** Two requests for the same thing that wait at the same time are one job. */
export function scanJob(lane: Lane, target: ScanJob, delaySeconds?: number): Job {
  const { registry, repository, tag, digest, mayBeChild, signature } = target
  return {
    lane,
    kind: 'scan',
    key: `scan:${registry}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}${signature ? ' signature' : ''}`,
    payload: {
      registry,
      repository,
      ...(tag ? { tag } : {}),
      ...(digest ? { digest } : {}),
      ...(mayBeChild ? { mayBeChild } : {}),
      ...(signature ? { signature } : {}),
    },
    ...(delaySeconds ? { delaySeconds } : {}),
  }
}

export interface ScanJobDeps extends ScanDeps, WriteBackDeps {
  /** The declared registry's repository, and whether reports are written back to it. REGISTRY_UNKNOWN. */
  readonly repository: (
    registry: string,
    name: string,
  ) => { readonly repository: Repository; readonly writeBack: boolean }
  /** Told of the images that a job has judged, before their reports are written back. */
  readonly judged: (images: readonly Digest[], signal: AbortSignal) => Promise<void>
}

/** Runs one scan job: scan, then write the reports back to where the image was found. */
export async function runScanJob(input: unknown, deps: ScanJobDeps, signal: AbortSignal): Promise<void> {
  if (!payload.Check(input))
    throw new TallymanError('REQUEST_INVALID', 'the payload of the scan job is not of its form')
  const { registry, repository: name, tag, digest, mayBeChild = false, signature = false } = input
  const { store, log } = deps
  const location = { registry, repository: name }
  if (mayBeChild && digest && isDigest(digest) && (await store.images.isChild(digest, location))) {
    log.debug({ registry, repository: name, digest }, 'a platform of an index that is scanned as a whole')
    return
  }
  const { repository, writeBack: wanted } = deps.repository(registry, name)
  const tagOrDigest = digest ?? tag
  if (!tagOrDigest) throw new TallymanError('REQUEST_INVALID', 'the scan job names neither tag nor digest')
  const reference = `${registry}/${name}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`
  const current = tag && digest ? await tagIsCurrent(repository, tag, digest, signal) : true
  const target = { source: repository, location, reference, tag: (current && tag) || null, tagOrDigest, platform: null }
  const scanned = await scanOrFollow(target, signature, deps, signal)
  if (!scanned) return
  const { root, images, failure } = scanned
  await deps.judged(
    images.map((image) => image.digest),
    signal,
  )
  if (wanted) {
    for (const image of images) await writeBack(image, location, repository, deps, signal)
    // An index carries the reports of all its platforms, or none.
    const isIndex = !images.some((image) => image.digest === root.digest)
    if (isIndex && !failure) await writeBack(root, location, repository, deps, signal)
  }
  if (failure) throw failure
}

/** The image itself; where a signature was pushed, what it signs, whose verdict it may change. */
async function scanOrFollow(
  target: ScanTarget,
  isSigned: boolean,
  deps: ScanJobDeps,
  signal: AbortSignal,
): Promise<Scanned | undefined> {
  const scanned = await scanOrDrop(target, isSigned, deps, signal)
  if (!(scanned instanceof TallymanError)) return scanned
  const { artifactType, subject } = scanned.details
  if (!deps.keys?.length || typeof artifactType !== 'string' || typeof subject !== 'string') return undefined
  if (signatureKind(artifactType) === undefined) return undefined
  const { registry, repository } = target.location
  const signed = { ...target, reference: `${registry}/${repository}@${subject}`, tag: null, tagOrDigest: subject }
  const followed = await scanOrDrop(signed, true, deps, signal)
  return followed instanceof TallymanError ? undefined : followed
}

/**
 * What is not an image is no failure: pushes of charts and signatures are every day's business, and the answer is final. A
 * signature may also be there before what it signs (`isSigned`), whose own push then finds it.
 */
async function scanOrDrop(
  target: ScanTarget,
  isSigned: boolean,
  deps: ScanJobDeps,
  signal: AbortSignal,
): Promise<Scanned | TallymanError> {
  try {
    return await scanImage(target, deps, signal)
  } catch (thrown) {
    const error = asTallymanError(thrown)
    if (error.code !== 'NOT_AN_IMAGE' && !(isSigned && error.code === 'MANIFEST_UNKNOWN')) throw error
    deps.log.info({ reference: target.reference }, error.message)
    return error
  }
}

/** Docker Distribution notifies of a manifest before it writes the tag: milliseconds, more on slow storage. */
const tagLagMs = 1000

/**
 * Whether the tag points to the digest now, looked at again after a moment where it does not yet. Notifications arrive late
 * and out of order: a tag that has moved on since is not recorded as pointing to the old digest.
 */
async function tagIsCurrent(
  repository: Repository,
  tag: string,
  digest: string,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await digestOfTag(repository, tag, signal)) === digest) return true
  await sleep(tagLagMs, undefined, { signal })
  return (await digestOfTag(repository, tag, signal)) === digest
}

async function digestOfTag(repository: Repository, tag: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await repository.headManifest(tag, signal)).digest
  } catch (error) {
    if (asTallymanError(error).code === 'MANIFEST_UNKNOWN') return undefined
    throw error
  }
}
