import { Client } from 'pg'
import { describeStore } from '../../../test/store-contract.ts'
import { startPostgres } from '../../../test/support/postgres.ts'

describeStore('the store on PostgreSQL', async () => {
  const server = await startPostgres()
  let count = 0
  return {
    async newDatabase() {
      const name = `store_${count++}`
      const client = new Client({ connectionString: server.url })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return server.url.replace(/[^/]+$/, name)
    },
    stop: () => server.stop(),
  }
})
