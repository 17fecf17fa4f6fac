import { createHmac } from 'node:crypto'
import type { Channel } from './channel.ts'

/**
 * CloudEvents 1.0, structured mode, signed as our own generic webhook asks others to: `x-tallyman-signature: sha256=<hex>` is
 * the HMAC-SHA256 of `<x-tallyman-timestamp>.<raw body>`. With the time in it, a recorded request cannot be sent again later.
 */
export const webhook: Channel = {
  name: 'webhook',
  request(notice, { secret, now }) {
    const { id, rule, at, changes, more } = notice
    const event = {
      specversion: '1.0',
      id,
      source: `/tallyman/notifications/${rule}`,
      type: 'dev.tallyman.notice.v1',
      time: at,
      datacontenttype: 'application/json',
      data: { rule, changes, more },
    }
    const body = Buffer.from(JSON.stringify(event))
    const seconds = String(Math.floor(now.getTime() / 1000))
    const signature = secret && createHmac('sha256', secret).update(`${seconds}.`).update(body).digest('hex')
    return {
      headers: {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        ...(signature && { 'x-tallyman-timestamp': seconds, 'x-tallyman-signature': `sha256=${signature}` }),
      },
      body,
    }
  },
}
