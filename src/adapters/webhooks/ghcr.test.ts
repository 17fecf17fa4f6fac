import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { readWebhook } from '../../../fixtures/webhooks/read-webhook.ts'
import type { WebhookRequest } from './dialect.ts'
import { ghcr } from './ghcr.ts'

const read = (name: string) => ghcr.notifications(readWebhook('ghcr', name))
const digest = (byte: string) => `sha256:${byte.repeat(32)}`
const actor = 'github-actions[bot]'
const repository = 'acme/api/server'
const manifest = 'application/vnd.oci.image.manifest.v1+json'
const index = 'application/vnd.oci.image.index.v1+json'

function signed(request: WebhookRequest, secret: string): WebhookRequest {
  const signature = createHmac('sha256', secret).update(request.body).digest('hex')
  return { ...request, headers: { ...request.headers, 'x-hub-signature-256': `sha256=${signature}` } }
}

test('a push by tag is of owner and package in lower case', () => {
  expect(read('push-tag')).toEqual([
    { action: 'push', push: { repository, tag: '1.8.2', digest: digest('d4'), mediaType: index, actor } },
  ])
})

test('a push by digest has an empty tag', () => {
  expect(read('push-digest')).toEqual([
    { action: 'push', push: { repository, digest: digest('a1'), mediaType: manifest, actor } },
  ])
})

test('the older event has the same under another key, and a package type that means nothing', () => {
  expect(read('registry-package')).toEqual([
    { action: 'push', push: { repository, tag: 'edge', digest: digest('a1'), mediaType: manifest, actor } },
  ])
})

test('without container metadata the version is the digest', () => {
  expect(read('version-only')).toEqual([{ action: 'push', push: { repository, digest: digest('a1'), actor } }])
})

test('packages of other kinds, pings and other events are of no interest', () => {
  expect([...read('npm-package'), ...read('ping'), ...read('other-event')]).toEqual([
    { action: 'ignored', reason: 'not-an-image' },
    { action: 'ignored', reason: 'ping' },
    { action: 'ignored', reason: 'other-event' },
  ])
})

test('a hook of content type form carries the JSON in a field, and is signed as the form', () => {
  const { headers, body } = readWebhook('ghcr', 'push-digest')
  const form = Buffer.from(new URLSearchParams({ payload: body.toString() }).toString())
  const request = { headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: form }
  expect(ghcr.notifications(request)).toEqual(read('push-digest'))
  expect(() => ghcr.authenticate(signed(request, 'tide'), ['tide'])).not.toThrow()
})

test('what is not of the form of a package event is refused', () => {
  const headers = { 'x-github-event': 'package' }
  const form = { ...headers, 'content-type': 'application/x-www-form-urlencoded' }
  for (const request of [
    { headers, body: Buffer.from('{') },
    { headers, body: Buffer.from('{"action":"published"}') },
    { headers, body: Buffer.from('{"package":{"name":"api","owner":{}}}') },
    { headers: form, body: Buffer.from('body={}') },
    { headers: form, body: Buffer.from('payload=%7B') },
    { ...readWebhook('ghcr', 'push-tag'), headers: {} },
  ]) {
    expect(() => ghcr.notifications(request)).toThrow(expect.objectContaining({ code: 'WEBHOOK_MALFORMED' }))
  }
})

test('only a signature over exactly these bytes, under an active secret, lets it in', () => {
  const request = readWebhook('ghcr', 'push-tag')
  const refused = expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' })
  const good = signed(request, 'tide')
  expect(() => ghcr.authenticate(good, ['tide'])).not.toThrow()
  expect(() => ghcr.authenticate(good, ['new', 'tide'])).not.toThrow()

  expect(() => ghcr.authenticate(good, ['new'])).toThrow(refused)
  expect(() => ghcr.authenticate(request, ['tide'])).toThrow(refused)
  expect(() => ghcr.authenticate({ ...good, body: Buffer.concat([good.body, Buffer.from(' ')]) }, ['tide'])).toThrow(
    refused,
  )
  for (const signature of ['', 'sha256=', 'sha1=0000', `sha256=${'0'.repeat(64)}`, `sha256=${'0'.repeat(65)}`]) {
    const headers = { ...request.headers, 'x-hub-signature-256': signature }
    expect(() => ghcr.authenticate({ ...request, headers }, ['tide'])).toThrow(refused)
  }
})
