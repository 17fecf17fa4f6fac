import { expect, test } from 'vitest'
import { readWebhook } from '../../../fixtures/webhooks/read-webhook.ts'
import { harbor } from './harbor.ts'

const read = (name: string) => harbor.notifications(readWebhook('harbor', name))
const digest = (byte: string) => `sha256:${byte.repeat(32)}`
const actor = 'robot$team+ci'

for (const name of ['push-tag', 'cloudevents-push']) {
  test(`${name}: a push names repository, tag, digest and robot`, () => {
    expect(read(name)).toEqual([
      { action: 'push', push: { repository: 'team/api', tag: '1.8.2', digest: digest('a1'), actor } },
    ])
  })
}

test('a push by digest repeats the digest as tag: there is no tag', () => {
  expect(read('push-digest')).toEqual([
    { action: 'push', push: { repository: 'team/api', digest: digest('a1'), actor } },
  ])
})

test('several resources give several pushes', () => {
  expect(read('push-index')).toEqual([
    { action: 'push', push: { repository: 'team/api', digest: digest('a1'), actor } },
    { action: 'push', push: { repository: 'team/api', digest: digest('b2'), actor } },
    { action: 'push', push: { repository: 'team/api', tag: '1.8.2', digest: digest('d4'), actor } },
  ])
})

for (const name of ['delete', 'cloudevents-delete']) {
  test(`${name}: the digest is gone, whatever tag is named`, () => {
    expect(read(name)).toEqual([{ action: 'delete', repository: 'team/api', digest: digest('a1') }])
  })
}

test('a signature names what is signed by its tag; pulls, scans and the rest are of no interest', () => {
  const names = ['push-signature', 'pull', 'scan', 'cloudevents-scan', 'replication']
  expect(names.flatMap(read)).toEqual([
    {
      action: 'signature',
      push: { repository: 'team/api', digest: digest('b2'), actor: 'robot$team+ci' },
      reason: 'referrer',
    },
    { action: 'ignored', reason: 'pull' },
    { action: 'ignored', reason: 'scan' },
    { action: 'ignored', reason: 'scan' },
    { action: 'ignored', reason: 'other-event' },
  ])
})

test('a deletion without digest deletes nothing', () => {
  const data = { resources: [{ tag: '1.8.2' }], repository: { repo_full_name: 'team/api' } }
  const body = Buffer.from(JSON.stringify({ type: 'DELETE_ARTIFACT', event_data: data }))
  expect(harbor.notifications({ headers: {}, body })).toEqual([{ action: 'ignored', reason: 'invalid-name' }])
})

test('a push without its resources is refused', () => {
  for (const body of ['{"type":"PUSH_ARTIFACT"}', '{"type":"PUSH_ARTIFACT","event_data":{"resources":[]}}', '{}']) {
    expect(() => harbor.notifications({ headers: {}, body: Buffer.from(body) })).toThrow(
      expect.objectContaining({ code: 'WEBHOOK_MALFORMED' }),
    )
  }
})

test('the auth header arrives as it was typed in', () => {
  const request = readWebhook('harbor', 'push-tag')
  expect(() => harbor.authenticate(request, ['shipping-forecast'])).not.toThrow()
  expect(() => harbor.authenticate(request, ['shipping'])).toThrow(
    expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' }),
  )
})
