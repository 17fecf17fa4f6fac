import { expect, test } from 'vitest'
import { createStore } from '../adapters/store/create-store.ts'
import { createEmbeddedQueue } from '../adapters/queue/embedded.ts'
import { queueMigrations } from '../adapters/queue/job-table.ts'
import { pino } from 'pino'
import { digestOf } from '../core/image/digest.ts'
import { emptyPolicy } from '../core/policy/policy.ts'
import { readyRules } from '../core/policy/rules.ts'
import { scan } from '../../test/support/store-records.ts'
import { judgeAsOfNow } from './judge-as-of-now.ts'
import { reevaluate } from './reevaluate.ts'
import { watchDue } from './watch-due.ts'

test('an image that grows too old turns without a push, a feed or a new policy', async () => {
  const store = await createStore({ url: 'sqlite::memory:', extraMigrations: queueMigrations })
  await store.migrate()
  const queue = createEmbeddedQueue({ db: store.db })
  const policies = [{ ...emptyPolicy, name: 'young', image: [{ name: 'age', maxDays: 30, action: 'fail' as const }] }]
  const rules = readyRules({ policies, exceptions: [] })
  let now = new Date('2026-05-01T00:00:00Z')
  const deps = { store, rules: async () => rules, now: () => now, announce: async () => {} }
  const never = new AbortController().signal
  await store.images.save(scan('image', [], { created: '2026-04-15T00:00:00Z', coverage: [] }))
  await judgeAsOfNow(digestOf('image'), deps, never)
  await reevaluate('policy', deps, never)
  expect(await store.verdicts.current(digestOf('image'))).toMatchObject({
    outcome: 'pass',
    until: '2026-05-15T00:00:00.000Z',
  })

  const watching = new AbortController()
  const watched = watchDue(
    { store, queue, log: pino({ level: 'silent' }), now: () => now, everyMs: 5 },
    watching.signal,
  )
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect((await queue.depth()).find(({ lane }) => lane === 'delta')?.waiting ?? 0).toBe(0)
  now = new Date('2026-05-15T00:00:01Z')
  await expect.poll(async () => (await queue.depth()).find(({ lane }) => lane === 'delta')?.waiting).toBe(1)
  watching.abort()
  await watched

  await reevaluate('time', deps, never)
  expect(await store.verdicts.current(digestOf('image'))).toMatchObject({
    outcome: 'fail',
    cause: 'a period ran out',
    until: null,
  })
  await queue.close()
  await store.close()
})
