import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStore } from '../../../test/store-contract.ts'

describeStore('the store on SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tallyman-store-'))
  let count = 0
  return {
    newDatabase: async () => join(folder, `${count++}`, 'store.db'),
    stop: () => rm(folder, { recursive: true }),
  }
})
