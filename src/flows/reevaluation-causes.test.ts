import { expect, test } from 'vitest'
import { createStore } from '../adapters/store/create-store.ts'
import { digestOf } from '../core/image/digest.ts'
import { emptyPolicy, type Policy } from '../core/policy/policy.ts'
import { readyRules, type Rules } from '../core/policy/rules.ts'
import { npm, scan } from '../../test/support/store-records.ts'
import { judgeAsOfNow } from './judge-as-of-now.ts'
import { reevaluate } from './reevaluate.ts'

const signal = new AbortController().signal
const now = () => new Date('2026-05-01T00:00:00Z')

function rulesOf(rest: Partial<Policy>): Rules {
  return readyRules({ policies: [{ ...emptyPolicy, name: 'ours', ...rest }], exceptions: [] })
}

test('a policy edit is the cause, also of an image that waited for something that changed nothing', async () => {
  const store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
  const lenient = rulesOf({ base: [{ name: 'old', maxDays: 900, unknown: 'ignore', action: 'warn' }] })
  const strict = rulesOf({ packages: [{ name: 'denied', deny: ['pad'], action: 'fail' }] })
  const judged = (rules: Rules) => ({ store, rules: async () => rules, now, announce: async () => {} })
  const base = scan('base', [npm('pad')])
  const app = scan('app', [npm('pad')], { layers: [...base.layers, { ...base.layers[0]!, digest: digestOf('own') }] })
  await store.images.save(app)
  await judgeAsOfNow(app.digest, judged(lenient), signal)
  await reevaluate('policy', judged(lenient), signal)

  // Its base is scanned after it: the image waits to be looked at for that.
  await store.images.save(base)
  await judgeAsOfNow(base.digest, judged(lenient), signal)
  await reevaluate('policy', judged(strict), signal)
  const { outcome, cause } = (await store.verdicts.current(app.digest))!
  expect({ outcome, cause }).toEqual({ outcome: 'fail', cause: 'policy' })
  await store.close()
})
