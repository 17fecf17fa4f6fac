import { describe, expect, test } from 'vitest'
import { readWebhook } from '../../../fixtures/webhooks/read-webhook.ts'
import { distribution } from './distribution.ts'

const read = (name: string) => distribution.notifications(readWebhook('distribution', name))
const digest = (byte: string) => `sha256:${byte.repeat(32)}`
const manifest = 'application/vnd.oci.image.manifest.v1+json'
const index = 'application/vnd.oci.image.index.v1+json'
const actor = 'ci-robot'

test('a push by tag names repository, tag, digest, media type and who pushed', () => {
  expect(read('push-tag')).toEqual([
    {
      action: 'push',
      push: { repository: 'team/api', tag: '1.8.2', digest: digest('a1'), mediaType: manifest, actor },
    },
  ])
})

test('a push by digest has no tag, and an empty actor is none', () => {
  expect(read('push-digest')).toEqual([
    { action: 'push', push: { repository: 'team/api', digest: digest('a1'), mediaType: manifest } },
  ])
})

test('a multi-platform push in one body gives every platform and the index, without the attestation', () => {
  expect(read('push-index')).toEqual([
    { action: 'push', push: { repository: 'team/api', digest: digest('a1'), mediaType: manifest, actor } },
    { action: 'push', push: { repository: 'team/api', digest: digest('b2'), mediaType: manifest, actor } },
    { action: 'ignored', reason: 'attestation' },
    { action: 'push', push: { repository: 'team/api', tag: '1.8.2', digest: digest('d4'), mediaType: index, actor } },
  ])
})

test('our reports and referrer tags are dropped, signatures told apart, but nothing that a runtime would start is', () => {
  expect(read('push-artifacts')).toEqual([
    { action: 'ignored', reason: 'own-write-back' },
    { action: 'ignored', reason: 'referrer' },
    // By its tag, and by what is in it.
    { action: 'signature', push: { repository: 'team/api', digest: digest('b2'), actor }, reason: 'referrer' },
    { action: 'signature', push: { repository: 'team/api', digest: digest('b2'), actor }, reason: 'signature' },
    {
      action: 'push',
      push: { repository: 'team/api', tag: 'sneaky', digest: digest('c3'), mediaType: manifest, actor },
    },
  ])
})

test('blobs, mounts and pulls are of no interest', () => {
  expect([...read('blob'), ...read('pull')]).toEqual([
    { action: 'ignored', reason: 'blob' },
    { action: 'ignored', reason: 'mount' },
    { action: 'ignored', reason: 'pull' },
  ])
})

test('a deletion is of a digest, a tag or a repository', () => {
  expect(read('delete')).toEqual([
    { action: 'delete', repository: 'team/api', digest: digest('a1') },
    { action: 'delete', repository: 'team/api', tag: '1.8.2' },
    { action: 'delete', repository: 'team/old' },
  ])
})

test('names that break the grammar are dropped, so that the registry does not send them for ever', () => {
  expect(read('hostile-names')).toEqual([
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'other-event' },
  ])
})

test('a deletion with a blank tag or digest does not delete the repository', () => {
  const targets = [{ tag: '' }, { digest: '' }].map((what) => ({ repository: 'team/api', ...what }))
  const body = Buffer.from(JSON.stringify({ events: targets.map((target) => ({ action: 'delete', target })) }))
  const ignored = { action: 'ignored', reason: 'invalid-name' }
  expect(distribution.notifications({ headers: {}, body })).toEqual([ignored, ignored])
})

describe('a body that is not an envelope of events is refused', () => {
  const tooMany = JSON.stringify({ events: Array.from({ length: 1001 }, () => ({ action: 'pull', target: {} })) })
  for (const [body, message] of [
    ['', 'the notification is not JSON'],
    ['{"events":[', 'the notification is not JSON'],
    ['[]', "the notification's body must be object"],
    ['{}', "the notification's body must have required properties events"],
    ['{"events":{}}', "the notification's /events must be array"],
    ['{"events":[{"action":"push"}]}', "the notification's /events/0 must have required properties target"],
    ['{"events":[{"action":"push","target":{"tag":7}}]}', "the notification's /events/0/target/tag must be string"],
    [tooMany, "the notification's /events must not have more than 1000 items"],
  ] as const) {
    test(`${body.length} bytes: ${message}`, () => {
      const request = { headers: {}, body: Buffer.from(body) }
      expect(() => distribution.notifications(request)).toThrow(
        expect.objectContaining({ code: 'WEBHOOK_MALFORMED', message }),
      )
    })
  }
})

test('the configured Authorization header lets it in', () => {
  const request = readWebhook('distribution', 'push-tag')
  expect(() => distribution.authenticate(request, ['shipping-forecast'])).not.toThrow()
  expect(() => distribution.authenticate(request, ['another'])).toThrow(
    expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' }),
  )
})
