import type {
  ExceptionEnd,
  HeldFeed,
  ImageChange,
  KevArrival,
  Notice,
  NoticeChange,
  NoticeFinding,
} from '../../core/notice/notice.ts'
import type { Channel } from './channel.ts'

/** Slack refuses a message with more than 50 blocks, and a section of more than 3,000 characters. */
const maxBlocks = 50
const maxSectionLength = 3_000
/** Of one name in a message: a hostile image has long ones. */
const maxWordLength = 200
const maxReferences = 3

/** An incoming webhook's message; also Mattermost and Rocket.Chat read it. */
export const slack: Channel = {
  name: 'slack',
  request(notice) {
    const title = titleOf(notice)
    // One for the title, one for what is left out.
    const shown = notice.changes.slice(0, maxBlocks - 2)
    const more = notice.changes.length - shown.length + notice.more
    const blocks = [
      section(`*${title}*`),
      ...shown.map((change) => section(changeText(change))),
      ...(more > 0 ? [section(`… and ${more} more`)] : []),
    ]
    return {
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: Buffer.from(JSON.stringify({ text: title, blocks })),
    }
  },
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text: cut(text, maxSectionLength) } }
}

function titleOf({ rule, changes, more }: Notice): string {
  const count = changes.length + more
  return `tallyman, ${word(rule)}: ${count} ${count === 1 ? 'change' : 'changes'}`
}

function changeText(change: NoticeChange): string {
  switch (change.kind) {
    case 'verdict':
    case 'finding-new':
      return imageText(change)
    case 'kev':
      return kevText(change)
    case 'feed-held':
      return feedText(change)
    case 'exception':
      return exceptionText(change)
  }
}

function imageText({ from, to, cause, digest, platform, references, findings, moreFindings }: ImageChange): string {
  const name = `${names(references) || word(digest)} (${word(platform)})`
  const verdict = from === to ? `${to}, new findings` : `${from ?? 'new'} → ${to}`
  const lines = [`*${verdict}* ${name}`, `cause: ${word(cause)}`, ...findings.map(findingText)]
  return [...lines, ...(moreFindings > 0 ? [`… and ${moreFindings} more findings`] : [])].join('\n')
}

function findingText({ vulnerability, package: purl, severity, fixed, isNew, decision }: NoticeFinding): string {
  const fix = fixed === null ? 'no fix' : `fixed in ${word(fixed)}`
  // A notice of an earlier version may still wait, without it.
  const does = decision ? ` → ${decision.action} (${word(decision.rule)})` : ''
  return `• ${isNew ? 'new: ' : ''}${word(vulnerability)} ${severity}, ${word(purl)}, ${fix}${does}`
}

function kevText({
  vulnerability,
  severity,
  dateAdded,
  dueDate,
  ransomware,
  references,
  moreImages,
}: KevArrival): string {
  const until = dueDate === null ? '' : `, to be acted on by ${word(dueDate)}`
  const more = moreImages > 0 ? ` and ${moreImages} more images` : ''
  const by = ransomware ? ' by ransomware' : ''
  return `*known to be exploited${by}* ${word(vulnerability)} ${severity}, since ${word(dateAdded)}${until}\nin ${names(references)}${more}`
}

function feedText({ feed, reasons }: HeldFeed): string {
  return [
    `*held back* feed ${word(feed)}: the last state stays in force`,
    ...reasons.map((reason) => `• ${word(reason)}`),
  ].join('\n')
}

function exceptionText({ exception, what, until, owner, reason, excepted, moreExcepted }: ExceptionEnd): string {
  const end =
    what === 'ended' ? `*exception ended* ${word(exception)}, at` : `*exception ends soon* ${word(exception)}, at`
  const more = moreExcepted > 0 ? ` and ${moreExcepted} more` : ''
  return `${end} ${word(until)}, of ${word(owner)}\nfor ${excepted.map(word).join(', ')}${more}: ${word(reason)}`
}

function names(references: readonly string[]): string {
  const more = references.length > maxReferences ? ` +${references.length - maxReferences}` : ''
  return references.slice(0, maxReferences).map(word).join(', ') + more
}

/** Escaped as Slack asks, so that no name can mention people or hide a link, and without what would format. */
function word(text: string): string {
  const plain = cut(text.toWellFormed().replace(/[\p{Cc}\p{Cf}]/gu, ' '), maxWordLength)
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll(/[*`~]/g, '·')
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text
}
