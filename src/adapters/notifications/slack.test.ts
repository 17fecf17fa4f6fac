import { expect, test } from 'vitest'
import { digestOf } from '../../core/image/digest.ts'
import { sampleNotice, type ImageChange, type Notice } from '../../core/notice/notice.ts'
import { slack } from './slack.ts'

const now = new Date('2026-05-02T12:00:00Z')
const sample = sampleNotice('security', now.toISOString())

interface Message {
  readonly text: string
  readonly blocks: readonly { readonly text: { readonly type: string; readonly text: string } }[]
}

function message(notice: Notice): Message {
  return JSON.parse(slack.request(notice, { secret: undefined, now }).body.toString()) as Message
}

test('has a line for each finding, and says what comes next', () => {
  const { text, blocks } = message({
    ...sample,
    more: 2,
    changes: [
      ...sample.changes,
      {
        kind: 'kev',
        vulnerability: 'CVE-2026-1',
        severity: 'critical',
        dateAdded: '2026-05-01',
        dueDate: '2026-05-20',
        ransomware: true,
        references: ['hub/a:1', 'hub/b:1', 'hub/c:1', 'hub/d:1'],
        moreImages: 7,
      },
      { kind: 'feed-held', feed: 'osv', heldAt: now.toISOString(), reasons: ['it lost half of Debian:12'] },
      {
        kind: 'exception',
        exception: 'openssl',
        what: 'expiring',
        until: '2026-05-09T00:00:00.000Z',
        owner: 'team-web',
        reason: 'not <reachable>',
        excepted: ['CVE-2026-2', 'CVE-2026-3'],
        moreExcepted: 4,
      },
    ],
  })
  expect(text).toBe('tallyman, security: 6 changes')
  expect(blocks.map((block) => block.text.text)).toEqual([
    '*tallyman, security: 6 changes*',
    '*pass → fail* registry.example/this-is-a-test:1.0 (linux/amd64)\ncause: test\n• new: CVE-0000-0000 high, pkg:generic/example@1.0, fixed in 1.1 → fail (fixable-high)',
    '*known to be exploited by ransomware* CVE-2026-1 critical, since 2026-05-01, to be acted on by 2026-05-20\nin hub/a:1, hub/b:1, hub/c:1 +1 and 7 more images',
    '*held back* feed osv: the last state stays in force\n• it lost half of Debian:12',
    '*exception ends soon* openssl, at 2026-05-09T00:00:00.000Z, of team-web\nfor CVE-2026-2, CVE-2026-3 and 4 more: not &lt;reachable&gt;',
    '… and 2 more',
  ])
})

test('names of images can neither mention people, nor link, nor format', () => {
  const change: ImageChange = {
    kind: 'finding-new',
    digest: digestOf('x'),
    platform: 'linux/amd64',
    references: ['hub/<!channel>&*bold*`x`\n<https://evil.example|click>:1'],
    from: 'warn',
    to: 'warn',
    cause: 'feed',
    findings: [],
    moreFindings: 3,
  }
  expect(message({ ...sample, changes: [change] }).blocks[1]?.text.text).toBe(
    '*warn, new findings* hub/&lt;!channel&gt;&amp;·bold··x· &lt;https://evil.example|click&gt;:1 (linux/amd64)\ncause: feed\n… and 3 more findings',
  )
})

test('stays within what Slack takes, whatever is in it', () => {
  const change = sample.changes[0] as ImageChange
  const finding = { ...change.findings[0]!, package: '<'.repeat(5_000) }
  const long = {
    ...change,
    references: Array.from({ length: 3 }, () => '&'.repeat(500)),
    findings: Array.from({ length: 20 }, () => finding),
  }
  const { blocks } = message({ ...sample, changes: Array.from({ length: 80 }, () => long), more: 5 })
  expect(blocks).toHaveLength(50)
  expect(blocks.every((block) => block.text.text.length <= 3_000)).toBe(true)
  expect(blocks.at(-1)?.text.text).toBe('… and 37 more')
})
