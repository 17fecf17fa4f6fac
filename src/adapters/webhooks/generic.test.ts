import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { readWebhook } from '../../../fixtures/webhooks/read-webhook.ts'
import type { WebhookRequest } from './dialect.ts'
import { generic } from './generic.ts'

const read = (name: string) => generic.notifications(readWebhook('generic', name))
const host = 'registry.example:5000'
const repository = 'team/api'
const digest = `sha256:${'a1'.repeat(32)}`

function signed({ headers, body }: WebhookRequest, secret: string, ageSeconds = 0): WebhookRequest {
  const timestamp = String(Math.floor(Date.now() / 1000) - ageSeconds)
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')
  const own = { 'x-tallyman-timestamp': timestamp, 'x-tallyman-signature': `sha256=${signature}` }
  return { headers: { ...headers, ...own }, body }
}

test('an image by tag, by digest, by both, and by neither, which is latest', () => {
  expect(['push-tag', 'push-digest', 'push-tag-digest', 'no-tag'].flatMap(read)).toEqual([
    { action: 'push', push: { host, repository, tag: '1.8.2' } },
    { action: 'push', push: { host, repository, digest } },
    { action: 'push', push: { host, repository, tag: '1.8.2', digest } },
    { action: 'push', push: { host, repository, tag: 'latest' } },
  ])
})

test('what names no image is refused', () => {
  for (const body of ['', '{}', '{"image":7}', '{"image":"https://registry.example/a"}', '{"image":"a/../b:1"}']) {
    expect(() => generic.notifications({ headers: {}, body: Buffer.from(body) })).toThrow(
      expect.objectContaining({ code: 'WEBHOOK_MALFORMED' }),
    )
  }
})

test('a fresh signature over timestamp and body lets it in', () => {
  const request = readWebhook('generic', 'push-tag')
  expect(() => generic.authenticate(signed(request, 'tide'), ['old', 'tide'])).not.toThrow()
  expect(() => generic.authenticate(signed(request, 'tide', 290), ['tide'])).not.toThrow()
})

test('nothing else does', () => {
  const request = readWebhook('generic', 'push-tag')
  const good = signed(request, 'tide')
  const later = String(Number(good.headers['x-tallyman-timestamp']) + 1)
  for (const forged of [
    request,
    signed(request, 'another'),
    signed(request, 'tide', 310),
    signed(request, 'tide', -310),
    { ...good, body: Buffer.from('{"image":"registry.example:5000/team/other:1"}') },
    { ...good, headers: { ...good.headers, 'x-tallyman-timestamp': later } },
    { ...good, headers: { ...good.headers, 'x-tallyman-timestamp': '' } },
    { ...good, headers: { ...good.headers, 'x-tallyman-signature': '' } },
  ]) {
    expect(() => generic.authenticate(forged, ['tide'])).toThrow(
      expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' }),
    )
  }
})
