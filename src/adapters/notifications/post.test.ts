import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listen } from '../../../test/support/listen.ts'
import { createPoster, type Poster } from './post.ts'

let poster: Poster
let server: Awaited<ReturnType<typeof listen>>
let answer: (response: ServerResponse) => void
let requests: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[]

beforeEach(async () => {
  requests = []
  poster = createPoster('tallyman/test')
  server = await listen(async (request, response) => {
    const body = (await buffer(request)).toString()
    requests.push({ url: `${request.method} ${request.url}`, headers: request.headers, body })
    answer(response)
  })
})
afterEach(async () => {
  await poster.close()
  await server.stop()
})

const message = { headers: { 'content-type': 'application/json', 'x-own': 'yes' }, body: Buffer.from('{"a":1}') }
const post = () => poster.post(`${server.origin}/hook?key=1`, message, new AbortController().signal)

test('sends the message as it is', async () => {
  answer = (response) => response.writeHead(204).end()
  expect(await post()).toEqual({ status: 204, error: null, retryAfterSeconds: null })
  expect(requests).toMatchObject([
    { url: 'POST /hook?key=1', body: '{"a":1}', headers: { 'x-own': 'yes', 'user-agent': 'tallyman/test' } },
  ])
})

test('follows no redirect', async () => {
  answer = (response) => response.writeHead(307, { location: `${server.origin}/elsewhere` }).end()
  expect(await post()).toMatchObject({ status: 307, error: 'HTTP 307: redirects are not followed' })
  expect(requests).toHaveLength(1)
})

test('keeps the beginning of a complaint, and how long the target wants to be left alone', async () => {
  answer = (response) => response.writeHead(429, { 'retry-after': '30' }).end('slow\u0007 down\n')
  expect(await post()).toEqual({ status: 429, error: 'HTTP 429: slow  down', retryAfterSeconds: 30 })
})

test('an endless answer is cut off, and its status counts', async () => {
  answer = (response) => {
    response.writeHead(200)
    const more = () => {
      while (response.writable && response.write(Buffer.alloc(64 * 1024))) continue
    }
    response.on('drain', more).on('error', () => undefined)
    more()
  }
  expect(await post()).toMatchObject({ status: 200, error: null })
})

test('a target that is not there is no exception, and its address is not in the message', async () => {
  const gone = `${server.origin}/secret`
  await server.stop()
  const posted = await poster.post(gone, message, new AbortController().signal)
  expect(posted).toMatchObject({ status: null, error: expect.stringMatching(/^no answer: /) })
  expect(posted.error).not.toContain('secret')
})
