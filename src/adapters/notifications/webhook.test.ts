import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { sampleNotice } from '../../core/notice/notice.ts'
import { webhook } from './webhook.ts'

const notice = sampleNotice('security', '2026-05-02T12:00:00.000Z')
const now = new Date('2026-05-02T12:00:01.500Z')

test('is a CloudEvent in structured mode', () => {
  const { headers, body } = webhook.request(notice, { secret: undefined, now })
  expect(headers).toEqual({ 'content-type': 'application/cloudevents+json; charset=utf-8' })
  expect(JSON.parse(body.toString())).toEqual({
    specversion: '1.0',
    id: 'test-2026-05-02T12:00:00.000Z',
    source: '/tallyman/notifications/security',
    type: 'dev.tallyman.notice.v1',
    time: '2026-05-02T12:00:00.000Z',
    datacontenttype: 'application/json',
    data: { rule: 'security', changes: notice.changes, more: 0 },
  })
})

test('is signed over its time and exactly its bytes', () => {
  const { headers, body } = webhook.request(notice, { secret: 'open-sesame', now })
  const time = headers['x-tallyman-timestamp']
  expect(time).toBe('1777723201')
  const hex = createHmac('sha256', 'open-sesame').update(`${time}.`).update(body).digest('hex')
  expect(headers['x-tallyman-signature']).toBe(`sha256=${hex}`)
})
