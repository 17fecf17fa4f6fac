import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { createStore, type OpenStore } from '../src/adapters/store/create-store.ts'
import { describeBases } from './store-contract/bases.ts'
import { describeFeeds } from './store-contract/feeds.ts'
import { describeHistory } from './store-contract/history.ts'
import { describeImages } from './store-contract/images.ts'
import { describeJudging } from './store-contract/judging.ts'
import { describeLists } from './store-contract/lists.ts'
import { describeLocks } from './store-contract/locks.ts'
import { describeMatches } from './store-contract/matches.ts'
import { describeJudgingMigration } from './store-contract/migration-judging.ts'
import { describeMigrations } from './store-contract/migrations.ts'
import { describeNotices } from './store-contract/notices.ts'
import { describePolicies } from './store-contract/policies.ts'
import { describeRebuilds } from './store-contract/rebuilds.ts'
import { describeRecords } from './store-contract/records.ts'
import { describeSweeps } from './store-contract/sweeps.ts'

export interface DatabaseServer {
  /** The URL of a new, empty database. */
  newDatabase(): Promise<string>
  stop(): Promise<void>
}

/** The store of the test that runs, in a database of its own. */
export interface StoreUnderTest {
  readonly url: string
  readonly store: OpenStore
}

/** What the store does, whatever database it is on. */
export function describeStore(title: string, start: () => Promise<DatabaseServer>): void {
  // oxlint-disable-next-line vitest/valid-title -- the caller's literal
  describe(title, () => {
    let server: DatabaseServer
    let under: StoreUnderTest

    beforeAll(async () => {
      server = await start()
    })
    beforeEach(async () => {
      const url = await server.newDatabase()
      under = { url, store: await createStore({ url }) }
      await under.store.migrate()
    })
    afterEach(() => under.store.close())
    afterAll(() => server?.stop())

    describeImages(() => under)
    describeBases(() => under)
    describeLists(() => under)
    describeMatches(() => under)
    describeJudging(() => under)
    describeFeeds(() => under)
    describeRebuilds(() => under)
    describeRecords(() => under)
    describeHistory(() => under)
    describeNotices(() => under)
    describeSweeps(() => under)
    describePolicies(() => under)
    describeLocks(() => under)
    describeJudgingMigration(() => server.newDatabase())
    describeMigrations(
      () => under,
      () => server.newDatabase(),
    )
  })
}
