import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompiledQuery } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeStore } from '../../../test/store-contract.ts'
import { createStore } from './create-store.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tallyman-store-'))
})
afterAll(() => rm(folder, { recursive: true }))

describeStore('the store on SQLite', async () => {
  let count = 0
  return {
    newDatabase: async () => join(folder, `${count++}`, 'store.db'),
    stop: () => Promise.resolve(),
  }
})

test('makes the folder of a new file for its owner alone', async () => {
  const store = await createStore({ url: `sqlite:${join(folder, 'new', 'deep', 'store.db')}` })
  await store.close()
  expect((await stat(join(folder, 'new', 'deep'))).mode & 0o777).toBe(0o700)
})

test('commits durably and lets readers read meanwhile', async () => {
  const store = await createStore({ url: join(folder, 'pragmas', 'store.db') })
  const pragma = async (name: string) => (await store.db.executeQuery(CompiledQuery.raw(`pragma ${name}`))).rows[0]
  expect(await pragma('journal_mode')).toMatchObject({ journal_mode: 'wal' })
  expect(await pragma('synchronous')).toMatchObject({ synchronous: 2 })
  expect(await pragma('foreign_keys')).toMatchObject({ foreign_keys: 1 })
  expect(await pragma('busy_timeout')).toMatchObject({ timeout: 5_000 })
  await store.close()
})

test('works in memory', async () => {
  const store = await createStore({ url: 'sqlite::memory:' })
  expect(await store.migrate()).toContain('0001_first_tables')
  await store.close()
})

test('says what is wrong with the file', async () => {
  await mkdir(join(folder, 'a-folder'))
  await writeFile(join(folder, 'text'), 'not a database, but long enough to look like one '.repeat(20))
  const opened = (path: string) => createStore({ url: join(folder, path) })
  await expect(opened('a-folder')).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: 'the database cannot be used: the file cannot be opened',
  })
  await expect(opened('text')).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: 'the database cannot be used: the file is not a database',
  })
  await expect(opened('text/store.db')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
})

test.skipIf(process.platform !== 'linux')('ends where the folder cannot be made', async () => {
  await expect(createStore({ url: '/proc/tallyman/home/store.db' })).rejects.toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringContaining("'/proc/tallyman'; choose another with store.url, home or TALLYMAN_HOME"),
  })
})

test('refuses a URL of another kind', async () => {
  await expect(createStore({ url: 'mysql://user:secret@db/tallyman' })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: 'the store cannot be a mysql: URL; use a path, sqlite: or postgres://',
  })
})
