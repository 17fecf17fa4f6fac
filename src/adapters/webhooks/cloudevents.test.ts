import { expect, test } from 'vitest'
import { readWebhook } from '../../../fixtures/webhooks/read-webhook.ts'
import { cloudevents } from './cloudevents.ts'

const read = (name: string) => cloudevents.notifications(readWebhook('cloudevents', name))
const digest = (byte: string) => `sha256:${byte.repeat(32)}`
const actor = 'ci'
const repository = 'team/api'
const host = 'registry.example'
const manifest = 'application/vnd.oci.image.manifest.v1+json'
const index = 'application/vnd.oci.image.index.v1+json'

test('zot: pushes by tag and by digest', () => {
  expect([...read('zot-push-tag'), ...read('zot-push-digest'), ...read('zot-push-index')]).toEqual([
    { action: 'push', push: { repository, tag: '1.8.2', digest: digest('a1'), mediaType: manifest, actor } },
    { action: 'push', push: { repository, digest: digest('a1'), mediaType: manifest, actor } },
    { action: 'push', push: { repository, tag: '1.8.2', digest: digest('d4'), mediaType: index, actor } },
  ])
})

test('zot: the manifest tells our reports and other referrers from images', () => {
  expect([...read('zot-push-report'), ...read('zot-push-referrer')]).toEqual([
    { action: 'ignored', reason: 'own-write-back' },
    { action: 'ignored', reason: 'referrer' },
  ])
})

test('zot: an image with layers is scanned whatever its manifest claims to be, and so is one that cannot be read', () => {
  expect([...read('zot-push-image-with-subject'), ...read('zot-push-odd-manifest')]).toEqual([
    { action: 'push', push: { repository, tag: 'sneaky', digest: digest('a1'), mediaType: manifest, actor } },
    { action: 'push', push: { repository, tag: 'odd', digest: digest('a1'), mediaType: manifest, actor } },
  ])
})

test('zot: a deleted tag leaves the digest, a deleted digest does not', () => {
  expect([...read('zot-delete-tag'), ...read('zot-delete-digest')]).toEqual([
    { action: 'delete', repository, tag: '1.8.2' },
    { action: 'delete', repository, digest: digest('a1') },
  ])
})

test('zot: new repositories and scans are of no interest', () => {
  expect([...read('zot-repository-created'), ...read('zot-scanned')]).toEqual([
    { action: 'ignored', reason: 'other-event' },
    { action: 'ignored', reason: 'scan' },
  ])
})

test('CDEvents: a published artifact is a push if its purl is an image with a location', () => {
  expect([...read('cdevents-published'), ...read('cdevents-no-location'), ...read('cdevents-npm')]).toEqual([
    { action: 'push', push: { host, repository, tag: '1.8.2', digest: digest('a1') } },
    { action: 'ignored', reason: 'invalid-name' },
    { action: 'ignored', reason: 'not-an-image' },
  ])
})

test('structured events carry JSON or base64, and a batch carries several', () => {
  const pushed = { action: 'push', push: { host, repository, tag: '1.8.2' } }
  expect([...read('image-pushed'), ...read('image-pushed-base64')]).toEqual([pushed, pushed])
  expect(read('batch')).toEqual([
    pushed,
    { action: 'ignored', reason: 'other-event' },
    { action: 'push', push: { repository, tag: '2.0', digest: digest('b2'), mediaType: manifest, actor } },
  ])
})

test('an event of an unknown type is of no interest, whatever it carries', () => {
  expect(read('other-event')).toEqual([{ action: 'ignored', reason: 'other-event' }])
})

test('binary attributes are percent-encoded and may be quoted', () => {
  const { headers, body } = readWebhook('cloudevents', 'zot-push-tag')
  const quoted = { ...headers, 'ce-type': '"zotregistry%2Eimage.updated"' }
  expect(cloudevents.notifications({ headers: quoted, body })).toEqual(read('zot-push-tag'))
})

test('what is no CloudEvent in any of the three modes is refused', () => {
  const { headers, body } = readWebhook('cloudevents', 'zot-push-tag')
  const structured = { 'content-type': 'application/cloudevents+json' }
  const batch = { 'content-type': 'application/cloudevents-batch+json' }
  for (const request of [
    { headers: {}, body },
    { headers: { ...headers, 'ce-id': '' }, body },
    { headers: { ...headers, 'ce-type': '%E0%A4' }, body },
    { headers: { ...headers, 'ce-specversion': '0.3' }, body },
    { headers, body: Buffer.from('{') },
    { headers, body: Buffer.from('{"reference":"1"}') },
    { headers: structured, body: Buffer.from('{"specversion":"1.0","id":"1","source":"/"}') },
    { headers: batch, body: Buffer.from('{}') },
  ]) {
    expect(() => cloudevents.notifications(request)).toThrow(expect.objectContaining({ code: 'WEBHOOK_MALFORMED' }))
  }
})

test('a purl that is none is refused', () => {
  const { headers } = readWebhook('cloudevents', 'cdevents-published')
  const event = { specversion: '1.0', id: '1', source: '/', type: 'dev.cdevents.artifact.published.0.1.0' }
  const body = Buffer.from(JSON.stringify({ ...event, data: { subject: { id: 'team/api:1' } } }))
  expect(() => cloudevents.notifications({ headers, body })).toThrow(
    expect.objectContaining({ code: 'WEBHOOK_MALFORMED', message: "the event's subject is not a purl" }),
  )
})

test('a sink authenticates with Basic or with a bearer token', () => {
  const [basic, bearer] = [readWebhook('cloudevents', 'zot-push-tag'), readWebhook('cloudevents', 'batch')]
  expect(() => cloudevents.authenticate(basic, ['tallyman:shipping-forecast'])).not.toThrow()
  expect(() => cloudevents.authenticate(basic, ['shipping-forecast'])).not.toThrow()
  expect(() => cloudevents.authenticate(bearer, ['shipping-forecast'])).not.toThrow()
  expect(() => cloudevents.authenticate(basic, ['somebody:shipping-forecast'])).toThrow(
    expect.objectContaining({ code: 'WEBHOOK_UNAUTHORIZED' }),
  )
})
