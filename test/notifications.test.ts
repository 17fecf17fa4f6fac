import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildImage, pushImage } from './support/build-image.ts'
import { eventually, startHouse, type House } from './support/house.ts'
import { listen } from './support/listen.ts'
import type { NoticeDelivery } from '../src/adapters/store/notice-records.ts'
import type { Page } from '../src/adapters/store/records.ts'
import type { Notice } from '../src/core/notice/notice.ts'

/** Changes reach people: from the registry's push, or a feed's news, to a target that speaks HTTP. */

const secret = 'tell-me'

function advisory(id: string, name: string, fixed: string) {
  return {
    id,
    modified: '2024-01-01T00:00:00Z',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    affected: [
      {
        package: { ecosystem: 'npm', name },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  }
}

const feed = { 'npm/CVE-2021-23337.json': advisory('CVE-2021-23337', 'lodash', '4.17.21') }

async function imageWith(name: string, version: string) {
  const entries = { [`app/node_modules/${name}/package.json`]: JSON.stringify({ name, version }) }
  return buildImage({ layers: [{ entries, createdBy: 'RUN npm install' }] })
}

interface Event {
  readonly id: string
  readonly type: string
  readonly data: Pick<Notice, 'rule' | 'changes' | 'more'>
}

let house: House
let target: Awaited<ReturnType<typeof listen>>
const heard: { readonly headers: IncomingMessage['headers']; readonly body: Buffer; readonly event: Event }[] = []
let answers: number[] = []

beforeAll(async () => {
  target = await listen(async (request, response) => {
    const body = await buffer(request)
    heard.push({ headers: request.headers, body, event: JSON.parse(body.toString()) as Event })
    response.writeHead(answers.shift() ?? 204).end()
  })
  const notifications = {
    team: { kind: 'webhook', url: `${target.origin}/hook`, secret, repositories: ['team/**'] },
    chat: { kind: 'slack', url: `${target.origin}/chat`, repositories: ['nobody/*'] },
  }
  house = await startHouse({ feed, feedEvery: '1s', config: { notifications } })
})
afterAll(async () => {
  await house.stop()
  await target.stop()
})

const log = async () => (await house.get<Page<NoticeDelivery>>('/api/v1/notifications')).body.items
const outcomeOf = (reference: string) =>
  eventually(
    () => house.get<{ outcome?: string }>(`/api/v1/verdict?image=${house.registry.host}/${reference}`),
    ({ body }) => body.outcome !== undefined,
  )

test('an image that is pushed and fails is told of once, signed; other repositories and good images are not', async () => {
  await pushImage(house.client.repository('other/api'), await imageWith('lodash', '4.17.19'), '1')
  await pushImage(house.client.repository('team/good'), await imageWith('left-pad', '1.3.0'), '1')
  const bad = await imageWith('lodash', '4.17.20')
  await pushImage(house.client.repository('team/bad'), bad, '1')
  for (const name of ['other/api:1', 'team/good:1', 'team/bad:1']) await outcomeOf(name)
  await eventually(log, (items) => items[0]?.status === 'done')

  expect(heard.map(({ event }) => event.data)).toEqual([
    {
      rule: 'team',
      more: 0,
      changes: [
        {
          kind: 'verdict',
          digest: bad.descriptor.digest,
          platform: 'linux/amd64',
          references: ['hub/team/bad:1'],
          from: null,
          to: 'fail',
          cause: 'first scan',
          findings: [
            {
              vulnerability: 'CVE-2021-23337',
              package: 'pkg:npm/lodash@4.17.20',
              severity: 'critical',
              fixed: '4.17.21',
              isNew: true,
              decision: { rule: 'fixable-high', action: 'fail' },
            },
          ],
          moreFindings: 0,
        },
      ],
    },
  ])
  const [{ headers, body }] = heard as [(typeof heard)[number]]
  const hex = createHmac('sha256', secret)
    .update(`${String(headers['x-tallyman-timestamp'])}.`)
    .update(body)
    .digest('hex')
  expect(headers['x-tallyman-signature']).toBe(`sha256=${hex}`)
})

test('a feed that turns an image is told of in one notice, and again after the target was away', async () => {
  heard.length = 0
  answers = [503]
  await pushImage(house.client.repository('team/good'), await imageWith('left-pad', '1.2.0'), 'old')
  await outcomeOf('team/good:old')
  await house.writeFeed({ ...feed, 'npm/CVE-2099-1.json': advisory('CVE-2099-1', 'left-pad', '2.0.0') })

  const [told] = await eventually(log, ([last]) => last?.status === 'done' && last.notice.changes.length === 2, 40)
  expect(told).toMatchObject({ rule: 'team', attempts: 2, response: 204, error: null, nextTryAt: null })
  expect(heard.map(({ event }) => event.id)).toEqual([told?.id, told?.id])
  expect(heard[0]?.event.data.changes).toMatchObject([
    { references: ['hub/team/good:1'], from: 'pass', to: 'fail', findings: [{ vulnerability: 'CVE-2099-1' }] },
    { references: ['hub/team/good:old'], from: 'pass', to: 'fail', findings: [{ vulnerability: 'CVE-2099-1' }] },
  ])
})
