import type { FindingCounts, Outcome, VerdictReason } from '../../core/policy/policy.ts'
import type { AsOfAnswer, AsOfImage } from '../../flows/as-of.ts'
import { verdictWord, type ReportView } from './report-table.ts'
import { safeText } from './safe-text.ts'

/** What images were judged to be at a time, what they would have been judged to be by what is known of them, and what differs. */
export function renderAsOf({ image, digest, at, tagObservedAt, images }: AsOfAnswer, view: ReportView): string {
  const { time, snapshot } = at
  const tag = tagObservedAt === null ? '' : `${safeText(image)} was ${digest}, seen ${tagObservedAt}\n`
  const feeds = snapshot === null ? 'before the first snapshot' : `snapshot ${snapshot}`
  return `${tag}As of ${time}, ${feeds}:\n\n${images.map((one) => imageText(one, view)).join('\n')}`
}

function imageText({ digest, platform, stood, known, agree, notes }: AsOfImage, view: ReportView): string {
  const recorded =
    stood && `since ${stood.decidedAt} (${stood.cause}), checked against snapshot ${stood.snapshot ?? 'none'}`
  return [
    `${safeText(platform)} (${digest})`,
    ...(stood ? part('it stood at', stood, recorded ?? '', view) : ['  it had no verdict']),
    ...(known ? part('known today, it would have been', known, countsText(known.counts), view) : []),
    ...(agree === null ? [] : [agree ? '  both agree' : '  the two differ']),
    ...notes.map((note) => `  note: ${safeText(note)}`),
    '',
  ].join('\n')
}

interface Decided {
  readonly outcome: Outcome
  readonly policy: string
  readonly reasons: readonly VerdictReason[]
}

function part(what: string, { outcome, policy, reasons }: Decided, more: string, { paint }: ReportView): string[] {
  const word = verdictWord(outcome, paint)
  return [
    `  ${what} ${word} by policy ${safeText(policy)}; ${safeText(more)}`,
    ...reasons.map(({ rule, message }) => `    - ${safeText(rule)}: ${safeText(message)}`),
  ]
}

function countsText({ critical, high, medium, low, unknown }: FindingCounts): string {
  return `${critical} critical, ${high} high, ${medium} medium, ${low} low, ${unknown} unknown`
}
