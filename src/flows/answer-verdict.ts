import type { VerdictRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import type { CoverageEntry } from '../core/inventory/package.ts'
import { worstOutcome } from '../core/policy/judge.ts'
import type { Outcome } from '../core/policy/policy.ts'
import { TallymanError } from '../errors.ts'

/** The answer of the gate: one entry in `images` for an image, one a platform for an index. */
export interface VerdictAnswer {
  /** What was asked for. */
  readonly image: string
  /** What the reference stands for now. */
  readonly digest: Digest
  /** When the tag was seen to point to the digest, RFC 3339; null where a digest was asked for. */
  readonly tagObservedAt: string | null
  /** The worst of `images`; one without a verdict makes it `inconclusive` at best. */
  readonly outcome: Outcome
  readonly policy: string
  /** False while a platform of the index has no verdict yet. */
  readonly complete: boolean
  readonly images: readonly PlatformVerdict[]
}

export interface PlatformVerdict {
  readonly digest: Digest
  readonly platform: string
  readonly verdict: VerdictRecord | null
  /** What could not be understood in the image; that of feeds is in `verdict.coverage`. */
  readonly gaps: readonly CoverageEntry[]
}

export interface AskedImage {
  /** As the caller named it. */
  readonly image: string
  readonly digest: Digest
  readonly tagObservedAt: string | null
}

interface VerdictStore {
  readonly images: Pick<Store['images'], 'get' | 'index' | 'artifact'>
  readonly verdicts: Pick<Store['verdicts'], 'current'>
}

/** What the store knows about an image or an index, without waiting for anything. NOT_SCANNED while it has no verdict at all, NOT_AN_IMAGE if it never will. */
export async function answerVerdict(asked: AskedImage, store: VerdictStore): Promise<VerdictAnswer> {
  const images = await platformVerdicts(asked.digest, store)
  const verdicts = images.map(({ verdict }) => verdict).filter((verdict) => verdict !== null)
  const [first] = verdicts
  if (!first) {
    const artifact = await store.images.artifact(asked.digest)
    if (artifact) throw new TallymanError('NOT_AN_IMAGE', artifact)
    const message = `${asked.image} (${asked.digest}) has no verdict yet; ask for a scan or wait for it to finish`
    throw new TallymanError('NOT_SCANNED', message)
  }
  const complete = verdicts.length === images.length
  const outcomes: readonly Outcome[] = verdicts.map(({ outcome }) => outcome)
  const outcome = worstOutcome(complete ? outcomes : [...outcomes, 'inconclusive'])
  return { ...asked, outcome, policy: first.policy, complete, images }
}

async function platformVerdicts(digest: Digest, { images, verdicts }: VerdictStore): Promise<PlatformVerdict[]> {
  const index = await images.index(digest)
  const children = index ? await withoutArtifacts(index.children, images) : [{ digest, platform: 'unknown' }]
  return Promise.all(
    children.map(async (child) => {
      const [record, verdict] = await Promise.all([images.get(child.digest), verdicts.current(child.digest)])
      return {
        digest: child.digest,
        platform: record?.platform ?? child.platform,
        verdict: verdict ?? null,
        gaps: (record?.coverage ?? []).filter(({ status }) => status !== 'done'),
      }
    }),
  )
}

/** What an index calls an image and turned out to be none will never have a verdict, and nobody waits for it. */
async function withoutArtifacts<Child extends { readonly digest: Digest }>(
  children: readonly Child[],
  images: VerdictStore['images'],
): Promise<readonly Child[]> {
  const found = await Promise.all(children.map(({ digest }) => images.artifact(digest)))
  return children.filter((_, position) => found[position] === undefined)
}
