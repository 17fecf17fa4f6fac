import { Client } from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { describeReevaluation } from '../../../test/reevaluation.ts'
import { describeStore, type DatabaseServer } from '../../../test/store-contract.ts'
import { startPostgres } from '../../../test/support/postgres.ts'
import { createStore } from './create-store.ts'

let server: Awaited<ReturnType<typeof startPostgres>>
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server?.stop())

async function ask(sql: string): Promise<void> {
  const client = new Client({ connectionString: server.url })
  await client.connect()
  await client.query(sql)
  await client.end()
}

let count = 0
const databases: DatabaseServer = {
  async newDatabase() {
    const name = `store_${count++}`
    await ask(`create database ${name}`)
    return server.url.replace(/[^/]+$/, name)
  },
  stop: () => Promise.resolve(),
}

describeStore('the store on PostgreSQL', () => Promise.resolve(databases))
describeReevaluation('re-evaluation on PostgreSQL', 12, () => Promise.resolve(databases))

test('says why there is no database, and nothing of the password', async () => {
  const nowhere = createStore({ url: 'postgres://tallyman:secret@127.0.0.1:1/tallyman' })
  await expect(nowhere).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching('ECONNREFUSED'),
  })
  await expect(nowhere).rejects.not.toMatchObject({ message: expect.stringMatching('secret') })
  await expect(createStore({ url: `${server.url}_missing` })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: 'the database cannot be used: database "postgres_missing" does not exist',
  })
})

test('survives the loss of its connections', async () => {
  const lost: string[] = []
  const store = await createStore({ url: server.url, log: { warn: (_, message) => lost.push(message) } })
  await ask(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'tallyman'`)
  await vi.waitFor(() => expect(lost).toEqual(['an idle connection to the database was lost']))
  await expect(store.ping()).resolves.toBeUndefined()
  await store.close()
})
