import type { HistoryRecord, StoredJudging } from '../adapters/store/records.ts'
import type { Store } from '../adapters/store/store.ts'
import type { Digest } from '../core/image/digest.ts'
import { judge } from '../core/policy/judge.ts'
import type { FindingCounts, Verdict } from '../core/policy/policy.ts'
import { readyRules } from '../core/policy/rules.ts'
import { TallymanError } from '../errors.ts'

/** A verdict of the history, judged again from what was kept of its making. */
export interface Replay {
  /**
   * `same`: byte for byte what is stored. `reworded`: the same decision, but another version of tallyman puts its reasons into other
   * words. `not-kept`: from before the making of verdicts was kept.
   */
  readonly result: 'same' | 'reworded' | 'different' | 'not-kept'
  readonly verdict: HistoryRecord
  /** What it is judged to be now; null where that cannot be told. */
  readonly replayed: Replayed | null
  /** When the image was inventoried anew and found to be otherwise since then, RFC 3339: replayed is its inventory of then. */
  readonly inventoriedAnew: string | null
}

export interface Replayed extends Verdict {
  readonly counts: FindingCounts
  /** When time alone may change it. */
  readonly until: string | null
}

/** `id` is the verdict's number in the image's history; NOT_FOUND if it is not in it. */
export async function replayVerdict(
  digest: Digest,
  id: number,
  { verdicts }: { readonly verdicts: Pick<Store['verdicts'], 'made'> },
): Promise<Replay> {
  const made = await verdicts.made(digest, id)
  if (!made) throw new TallymanError('NOT_FOUND', `the history of ${digest} has no verdict ${id}`)
  const { verdict, by } = made
  if (!by) return { result: 'not-kept', verdict, replayed: null, inventoriedAnew: null }
  const replayed = judgedAgain(by, verdict.checkedAt)
  return { result: resultOf(replayed, verdict), verdict, replayed, inventoriedAnew: by.inventoriedAnew }
}

/** A verdict is what it was judged to be when it was last checked and written. */
function judgedAgain({ documents, evidence }: StoredJudging, checkedAt: string): Replayed {
  const { verdict, counts, until } = judge(readyRules(documents), evidence, checkedAt)
  return { ...verdict, counts, until }
}

const textOf = ({ outcome, policy, reasons, counts, until }: Replayed): string =>
  JSON.stringify([outcome, policy, reasons, counts, until])

function resultOf(replayed: Replayed, stored: Replayed): Replay['result'] {
  if (textOf(replayed) === textOf(stored)) return 'same'
  return textOf(withoutWords(replayed)) === textOf(withoutWords(stored)) ? 'reworded' : 'different'
}

function withoutWords(verdict: Replayed): Replayed {
  return { ...verdict, reasons: verdict.reasons.map((reason) => ({ ...reason, message: '' })) }
}
