import type { HistoryRecord, ImageRecord } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import { worstOutcome } from '../core/policy/judge.ts'
import { parsePolicy } from '../core/policy/policy-document.ts'
import type { Outcome, Policy } from '../core/policy/policy.ts'
import { momentOf } from '../core/policy/rfc3339.ts'
import { readyRules, type Rules } from '../core/policy/rules.ts'
import { TallymanError } from '../errors.ts'
import type { AskedImage } from './answer-verdict.ts'
import { sameDecision } from './judge-image.ts'
import { knownThen, type Known, type KnownThen, type Then } from './known-then.ts'

export interface AsOfDeps {
  readonly store: Store
  /** Those of the configuration, for times from which no other ones are known. */
  readonly policies: readonly Policy[]
  readonly now: () => Date
}

/** What was recorded of an image at a time, and what today's inventory of it would have been judged then. */
export interface AsOfImage {
  readonly digest: Digest
  readonly platform: string
  /** The verdict that stood; null: it had none yet. */
  readonly stood: HistoryRecord | null
  /** Null where the feeds of then are no longer kept, or the image was never scanned. */
  readonly known: Known | null
  /** Whether both have one outcome, by one policy, for the same reasons; null where one of them is missing. */
  readonly agree: boolean | null
  /** What is not as it was, or not known, in words. */
  readonly notes: readonly string[]
}

export interface AsOfAnswer {
  /** What was asked for. */
  readonly image: string
  readonly digest: Digest
  /** When the tag was seen to point to the digest, RFC 3339; null where a digest was asked for. */
  readonly tagObservedAt: string | null
  readonly at: { readonly time: string; readonly snapshot: number | null }
  /** The worst of what stood; where nothing stood yet, of what would have been known. */
  readonly outcome: Outcome
  readonly images: readonly AsOfImage[]
}

/** A point in the past, with what is in the way of looking at it. */
export interface PastMoment extends Then {
  /** Why nothing can be matched as of then; null: it can. */
  readonly gone: string | null
  /** About the rules of then. */
  readonly notes: readonly string[]
}

/**
 * The moment that a text names: an RFC 3339 time or date, or the number of a snapshot, which stands for the last moment in which that
 * was in force. REQUEST_INVALID, also for the future; NOT_FOUND for a snapshot that there never was.
 */
export async function momentAsked(text: string, deps: AsOfDeps): Promise<PastMoment> {
  const { feeds } = deps.store
  const now = deps.now().toISOString()
  const isNumber = /^\d{1,9}$/.test(text)
  const time = isNumber ? undefined : momentOf(text)
  if (!isNumber && time === undefined) {
    throw new TallymanError(
      'REQUEST_INVALID',
      `"${text}" is neither a time, 2026-05-01T12:00:00Z, nor a snapshot's number`,
    )
  }
  if (time !== undefined && time > now) throw new TallymanError('REQUEST_INVALID', `${time} has not come yet`)
  const found = await feeds.snapshotAt(time ?? Number(text))
  if (time === undefined && !found) throw new TallymanError('NOT_FOUND', `there never was a snapshot ${text}`)
  const then = time ?? lastMoment(found!.snapshot.adoptedAt, found!.until, now)
  return {
    time: then,
    snapshot: found?.snapshot,
    gone: await whyGone(found?.snapshot.number, deps),
    ...(await rulesThen(then, deps)),
  }
}

function lastMoment(adoptedAt: string, until: string | null, now: string): string {
  if (until === null) return now
  const before = new Date(Date.parse(until) - 1).toISOString()
  return before > adoptedAt ? before : adoptedAt
}

async function whyGone(snapshot: number | undefined, { store }: AsOfDeps): Promise<string | null> {
  const oldest = await store.feeds.oldestKept()
  if (snapshot === undefined || !oldest || snapshot >= oldest.number) return null
  return `the advisories of snapshot ${snapshot} are no longer kept; kept are those since snapshot ${oldest.number}, adopted ${oldest.adoptedAt}`
}

/** Those that stored images were judged by; before that was noted, what the store had then beside today's configuration. */
async function rulesThen(
  time: string,
  { store, policies }: AsOfDeps,
): Promise<{ readonly rules: Rules; readonly notes: readonly string[] }> {
  const documents = await store.reevaluation.rulesAt(time)
  if (documents) return { rules: readyRules(documents), notes: [] }
  const then = await store.policies.rulesAt(time)
  const stored = then.policies.map(({ name, document }) => parsePolicy(document, name))
  return {
    rules: readyRules({ policies: [...policies, ...stored], exceptions: then.exceptions }),
    notes:
      policies.length > 0 ? ['which policies the configuration had then is not known: judged by those of today'] : [],
  }
}

/** NOT_FOUND where neither a verdict nor what it would have been judged by is kept; NOT_SCANNED, NOT_AN_IMAGE. */
export async function answerAsOf(asked: AskedImage, moment: PastMoment, { store }: AsOfDeps): Promise<AsOfAnswer> {
  const images: AsOfImage[] = []
  for (const { digest, platform } of await platformsOf(asked.digest, store)) {
    images.push(await imageAsOf(digest, platform, moment, store))
  }
  const recorded = images.flatMap(({ stood }) => stood ?? [])
  const outcomes = recorded.length > 0 ? recorded : images.flatMap(({ known }) => known ?? [])
  if (outcomes.length === 0) {
    if (moment.gone !== null)
      throw new TallymanError('NOT_FOUND', `${asked.image} had no verdict then, and ${moment.gone}`)
    const artifact = await store.images.artifact(asked.digest)
    if (artifact) throw new TallymanError('NOT_AN_IMAGE', artifact)
    throw new TallymanError('NOT_SCANNED', `${asked.image} (${asked.digest}) was never scanned`)
  }
  const { time, snapshot } = moment
  return {
    ...asked,
    at: { time, snapshot: snapshot?.number ?? null },
    outcome: worstOutcome(outcomes.map(({ outcome }) => outcome)),
    images,
  }
}

async function platformsOf(digest: Digest, { images }: Pick<Store, 'images'>) {
  const index = await images.index(digest)
  if (!index) return [{ digest, platform: 'unknown' }]
  const platforms: { digest: Digest; platform: string }[] = []
  for (const child of index.children) if ((await images.artifact(child.digest)) === undefined) platforms.push(child)
  return platforms
}

async function imageAsOf(digest: Digest, platform: string, moment: PastMoment, store: Store): Promise<AsOfImage> {
  const image = await store.images.get(digest)
  if (!image) return { digest, platform, stood: null, known: null, agree: null, notes: ['never scanned'] }
  const stood = (await store.verdicts.at(digest, moment.time)) ?? null
  const past = moment.gone === null ? await knownThen(image, moment, store) : undefined
  const known = past?.verdict ?? null
  const notes = await notesOn(image, { moment, stood, past }, store)
  return {
    digest,
    platform: image.platform,
    stood,
    known,
    agree: stood && known && sameDecision(stood, known),
    notes,
  }
}

interface Answered {
  readonly moment: PastMoment
  readonly stood: HistoryRecord | null
  readonly past: KnownThen | undefined
}

async function notesOn(image: ImageRecord, { moment, stood, past }: Answered, { verdicts }: Store): Promise<string[]> {
  const { gone, notes, snapshot } = moment
  const made = stood && (await verdicts.made(image.digest, stood.id))
  const anew = made?.by?.inventoriedAnew
  return [
    ...(stood ? [] : ['it had no verdict yet']),
    ...(gone === null ? notes : [gone]),
    ...(snapshot ? [] : ['no feed had been adopted yet']),
    ...(anew ? [`image inventoried anew on ${anew}: what would have been known is by its newer inventory`] : []),
    ...(past?.isElsewhere ? ['it lay nowhere then: judged as where it lies now'] : []),
  ]
}
