import { expect, test } from 'vitest'
import { digestOf } from '../../src/core/image/digest.ts'
import { sampleNotice } from '../../src/core/notice/notice.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { deb, evening, match, nextDay, noon, scan, verdict } from '../support/store-records.ts'
import { builtInRules } from '../support/rules.ts'

/** What is told of changes, and how it was delivered. */
export function describeNotices(under: () => StoreUnderTest): void {
  const web = digestOf('web')
  const api = digestOf('api')
  const shop = { registry: 'hub', repository: 'shop/web' }

  test('a changed verdict is a change once, whoever collects it', async () => {
    const { images, verdicts, sightings, notices } = under().store
    await images.save(scan('web'))
    await verdicts.save(verdict(web))
    expect(await notices.collect('first', 'all', null, 10)).toBe(0)
    await sightings.observe(shop, web, '1', noon)

    await verdicts.save(verdict(web, { outcome: 'fail', snapshot: 2, cause: 'feed', decidedAt: evening }))
    await images.save(scan('api'))
    await verdicts.save(verdict(api, { outcome: 'warn' }))
    const counts = await Promise.all(['a', 'b'].map((run) => notices.collect(run, 'all', null, 10)))
    expect(counts.toSorted((a, b) => a - b)).toEqual([0, 2])
    const [run = ''] = await notices.runs()
    const changes = await notices.changes(run, 0, 10)
    expect(changes).toEqual([
      {
        position: expect.any(Number),
        digest: web,
        platform: 'linux/amd64',
        references: ['hub/shop/web:1'],
        from: 'pass',
        to: 'fail',
        cause: 'feed',
        since: '',
        newest: null,
      },
      expect.objectContaining({ digest: api, references: [], from: null, to: 'warn', since: null }),
    ])
    expect(await notices.changes(run, changes[0]?.position ?? 0, 10)).toEqual([changes[1]])

    await notices.put([sampleNotice('team', noon)], { run, at: noon })
    expect(await notices.runs()).toEqual([])
    expect(await notices.collect('again', [web], null, 10)).toBe(0)
  })

  test('findings that are new under the same verdict are a change where they are asked for', async () => {
    const { images, packages, verdicts, notices } = under().store
    await images.save(scan('web', [deb('openssl')]))
    await images.save(scan('api', [deb('openssl')]))
    for (const digest of [web, api]) await verdicts.save(verdict(digest))
    await notices.collect('first', 'all', { severity: 'high' }, 10)
    const [openssl] = await packages.unmatched('all', 1, 0, 10)
    const matches = [match('CVE-1', { severity: 'high' }), match('CVE-2', { severity: 'low' })]
    await packages.saveMatches(
      1,
      [{ packageId: openssl!.id, result: { matches, uncomparable: [] } }],
      evening,
      builtInRules,
    )

    expect(await notices.collect('critical', [web], { severity: 'critical' }, 10)).toBe(0)
    expect(await notices.collect('none', 'all', { severity: 'high' }, 10)).toBe(2)
    const changes = await notices.changes('none', 0, 10)
    expect(changes).toMatchObject([
      { digest: web, from: 'pass', to: 'pass', newest: 'high' },
      { digest: api, from: 'pass', to: 'pass', newest: 'high' },
    ])
    expect(await notices.collect('again', 'all', { severity: 'high' }, 10)).toBe(0)
  })

  test('a notice is in the outbox once, until it is delivered or given up', async () => {
    const { notices } = under().store
    const one = { ...sampleNotice('team', noon), id: 'one' }
    const two = { ...sampleNotice('other', noon), id: 'two' }
    await notices.put([one, two], { at: noon, state: { kev: '3' } })
    await notices.put([one], { at: evening })
    expect(await notices.state('kev')).toBe('3')
    expect(await notices.pending()).toEqual([
      { id: 'one', nextTryAt: noon },
      { id: 'two', nextTryAt: noon },
    ])

    const away = { status: 'pending', response: 503, error: 'HTTP 503', nextTryAt: nextDay, at: evening } as const
    await notices.attempted('one', away)
    await notices.attempted('two', { status: 'done', response: 200, error: null, nextTryAt: null, at: evening })
    await notices.attempted('two', away)
    const first = {
      id: 'one',
      rule: 'team',
      status: 'pending',
      attempts: 1,
      response: 503,
      error: 'HTTP 503',
      createdAt: noon,
      triedAt: evening,
      nextTryAt: nextDay,
      notice: one,
    }
    expect(await notices.get('one')).toEqual(first)
    const newest = await notices.list({}, { limit: 1 })
    expect(newest.items).toMatchObject([{ id: 'two', status: 'done', nextTryAt: null }])
    expect(await notices.list({}, { limit: 1, cursor: newest.next! })).toEqual({ items: [first], next: null })
    expect((await notices.list({ rule: 'team', status: 'pending' }, { limit: 10 })).items).toEqual([first])
    expect((await notices.list({ rule: 'team', status: 'failed' }, { limit: 10 })).items).toEqual([])

    await notices.put([], { at: '2026-09-01T00:00:00.000Z' })
    expect((await notices.list({}, { limit: 10 })).items).toEqual([first])
  })
}
