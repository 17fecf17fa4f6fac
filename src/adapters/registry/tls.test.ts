import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { testCa, testCertificate, testCertificateKey } from '../../../test/support/certificate.ts'
import { testClient } from '../../../test/support/registry-client.ts'

const signal = AbortSignal.timeout(20_000)
const server = createServer({ cert: testCertificate, key: testCertificateKey }, (request, response) => {
  if (request.url?.includes('/manifests/'))
    return void response.writeHead(307, { location: 'http://127.0.0.1:1/plain' }).end()
  response.end('{}')
})
let host: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

test('a registry with a private CA is trusted where the CA is declared', async () => {
  const [address, , access] = await testClient(host, { plainHttp: false, ca: testCa }).ping(signal)
  expect([address?.status, access?.status]).toEqual(['ok', 'ok'])
})

test('without it the certificate is refused at once, and the message says what to declare', async () => {
  const client = testClient(host, { plainHttp: false })
  await expect(client.repository('a').manifest('1', signal)).rejects.toMatchObject({
    code: 'REGISTRY_UNAVAILABLE',
    message: `no answer from ${host}: its certificate is not trusted; for a private CA, declare its certificate for this registry (caFile)`,
  })
})

test('an encrypted registry cannot send us to an address that is not', async () => {
  const client = testClient(host, { plainHttp: false, ca: testCa })
  await expect(client.repository('a').manifest('1', signal)).rejects.toMatchObject({
    code: 'REGISTRY_PROTOCOL',
    message: `${host} sent a redirect to http://127.0.0.1:1, which is not encrypted`,
  })
})
