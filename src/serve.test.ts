import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadConfig } from './config.ts'
import { serve } from './serve.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-serve-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function served(server: object): Promise<void> {
  const file = join(folder, 'tallyman.yaml')
  await writeFile(file, JSON.stringify({ home: join(folder, 'home'), server: { anonymous: true, ...server } }))
  await serve(loadConfig(file, {}), ['api'], pino({ level: 'silent' }), AbortSignal.timeout(10_000))
}

test('says that another program has the address, and what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as AddressInfo
  try {
    await expect(served({ port })).rejects.toMatchObject({
      code: 'ADDRESS_UNAVAILABLE',
      message: `cannot listen at 127.0.0.1:${port}: another program does already; choose another with server.host and server.port`,
    })
  } finally {
    other.close()
  }
})

test('says that the machine has no such address', async () => {
  await expect(served({ host: '192.0.2.1' })).rejects.toMatchObject({
    code: 'ADDRESS_UNAVAILABLE',
    message: expect.stringContaining('this machine has no such address'),
  })
})
