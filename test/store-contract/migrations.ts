import { expect, test } from 'vitest'
import { createStore } from '../../src/adapters/store/create-store.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { runStoreProcess } from '../support/store-process.ts'

export function describeMigrations(under: () => StoreUnderTest, newDatabase: () => Promise<string>): void {
  test('answers a ping', async () => {
    await expect(under().store.ping()).resolves.toBeUndefined()
  })

  test('migrates once', async () => {
    expect(await under().store.migrate()).toEqual([])
  })

  test('lets several processes migrate an empty database at once', async () => {
    const url = await newDatabase()
    const ran = await Promise.all([1, 2, 3].map(() => runStoreProcess(url, 'migrate')))
    const names = ran.map((text) => JSON.parse(text) as string[]).flat()
    expect(names[0]).toBe('0001_first_tables')
    expect(names).toEqual([...new Set(names)].toSorted())
  })

  test('migrates the tables of others with its own', async () => {
    const { url } = under()
    const extraMigrations = {
      '0000_other': {
        up: (db: typeof store.db) => db.schema.createTable('other').addColumn('id', 'integer').execute(),
      },
    }
    const store = await createStore({ url, extraMigrations })
    expect(await store.migrate()).toEqual(['0000_other'])
    await store.db.insertInto('other').values({ id: 1 }).execute()
    await store.close()

    await expect(under().store.migrate()).rejects.toMatchObject({
      code: 'STORE_TOO_NEW',
      message: 'the database has 0000_other, which this version of tallyman does not know; run the newer version',
    })
  })
}
