import { expect, test } from 'vitest'
import type { Exception } from '../../src/core/policy/exception.ts'
import type { ExceptionFilter } from '../../src/adapters/store/rule-records.ts'
import type { StoreUnderTest } from '../store-contract.ts'
import { evening, nextDay, noon } from '../support/store-records.ts'

const later = '2026-06-01T00:00:00.000Z'

function exception(id: string, given: Partial<Exception> = {}): Exception {
  return {
    id,
    vulnerabilities: ['CVE-2026-0001'],
    packages: [],
    checks: [],
    secrets: [],
    scopes: [],
    reason: 'not reachable',
    owner: 'team-web',
    from: noon,
    until: later,
    approvedBy: 'security',
    by: 'exception',
    status: null,
    justification: null,
    ...given,
  }
}

/** Policies and exceptions, as they stand and as they stood. */
export function describePolicies(under: () => StoreUnderTest): void {
  const strict = { name: 'strict', document: 'kind: Policy # 1\n', fingerprint: 'a' }

  test('a policy is replaced and deleted, and every version of it stays known', async () => {
    const { policies } = under().store
    expect(await policies.policies()).toEqual([])
    const other = { ...strict, document: 'kind: Policy # 2\n', fingerprint: 'b' }
    await policies.putPolicy(strict, noon)
    await policies.putPolicy(other, evening)
    await policies.putPolicy({ ...strict, name: 'a' }, evening)
    expect((await policies.policies()).map(({ name, document }) => [name, document])).toEqual([
      ['a', strict.document],
      ['strict', other.document],
    ])
    await policies.deletePolicy('strict', nextDay)
    await policies.deletePolicy('nobody', nextDay)
    expect(await policies.policies()).toHaveLength(1)
    expect(await policies.policyVersions('strict')).toEqual([
      { value: { ...other, updatedAt: evening }, since: evening, until: nextDay },
      { value: { ...strict, updatedAt: noon }, since: noon, until: evening },
    ])
    const at = async (time: string) => (await policies.rulesAt(time)).policies.map(({ fingerprint }) => fingerprint)
    expect(await at('2026-05-01T11:00:00.000Z')).toEqual([])
    expect(await at(noon)).toEqual(['a'])
    expect(await at(evening)).toEqual(['a', 'b'])
    expect(await at(nextDay)).toEqual(['a'])
  })

  test('the revision grows with every change, and with nothing else', async () => {
    const { policies } = under().store
    const changes = [
      () => policies.putPolicy(strict, noon),
      () => policies.putException(exception('a', { approvedBy: null }), noon),
      () => policies.approveException('a', { by: 'security' }, noon),
      () => policies.endException('a', evening),
      () => policies.putException(exception('a'), nextDay),
      () => policies.deletePolicy('strict', nextDay),
    ]
    let revision = await policies.revision()
    for (const change of changes.slice(0, 5)) {
      await change()
      expect(await policies.revision()).toBe(revision + 1)
      if (change !== changes[1]) await change()
      revision = revision + 1
    }
    await changes[5]?.()
    await changes[5]?.()
    expect(await policies.revision()).toBe(revision + 1)
  })

  test('changes by several at once are all counted', async () => {
    const { policies } = under().store
    const names = ['a', 'b', 'c', 'd', 'e']
    await Promise.all(names.map((name) => policies.putException(exception(name), noon)))
    await Promise.all(names.map(() => policies.putException(exception('a', { reason: 'looked at' }), noon)))
    expect(await policies.revision()).toBe(6)
    expect(await policies.exceptionVersions('a')).toHaveLength(2)
  })

  test('an exception is in force from its approval and its beginning to its end', async () => {
    const { policies } = under().store
    await policies.putException(exception('approved'), noon)
    await policies.putException(exception('waits', { approvedBy: null }), noon)
    await policies.putException(exception('begins', { from: nextDay }), noon)
    await policies.putException(exception('short', { until: nextDay }), noon)
    await policies.putException(exception('endless', { by: 'vex', status: 'not_affected', until: null }), noon)
    await policies.putException(exception('ended'), noon)
    await policies.approveException('waits', { by: 'security' }, evening)
    await policies.endException('ended', nextDay)
    const at = async (time: string) => (await policies.rulesAt(time)).exceptions.map(({ id }) => id)
    expect(await at('2026-05-01T11:00:00.000Z')).toEqual([])
    expect(await at(noon)).toEqual(['approved', 'ended', 'endless', 'short'])
    expect(await at(evening)).toEqual(['approved', 'ended', 'endless', 'short', 'waits'])
    expect(await at(nextDay)).toEqual(['approved', 'begins', 'endless', 'waits'])
    expect(await at(later)).toEqual(['endless'])
    expect(await policies.rules(nextDay)).toEqual(await policies.rulesAt(nextDay))
    // What was just put stands also where this process's clock is behind the other's, and what is to begin stands too.
    expect((await policies.rules(noon)).exceptions.map(({ id }) => id)).toEqual([
      'approved',
      'begins',
      'endless',
      'short',
      'waits',
    ])
    const turns = async (after: string, until: string) => (await policies.turns(after, until)).map(({ id }) => id)
    expect(await turns('2026-05-01T11:00:00.000Z', evening)).toEqual([])
    expect(await turns(evening, nextDay)).toEqual(['begins', 'short'])
    expect(await turns(nextDay, later)).toEqual(['approved', 'begins', 'waits'])
    expect(await turns(later, '2027-01-01T00:00:00.000Z')).toEqual([])
  })

  test('many exceptions are put at once, and those that are the same are left as they are', async () => {
    const { policies } = under().store
    const many = Array.from({ length: 450 }, (_, index) => exception(`a-${String(index).padStart(3, '0')}`))
    await policies.putExceptions(many, noon)
    const revision = await policies.revision()
    await policies.putExceptions(many, evening)
    expect(await policies.revision()).toBe(revision)
    await policies.putExceptions([...many.slice(0, 449), exception('a-449', { reason: 'another' })], evening)
    expect(await policies.exceptions({ at: noon }, { limit: 1_000 })).toMatchObject({ next: null })
    expect((await policies.rules(noon)).exceptions).toHaveLength(450)
    expect(await policies.exceptionVersions('a-000')).toHaveLength(1)
    expect(await policies.exceptionVersions('a-449')).toHaveLength(2)
  })

  test('exceptions are listed by what they are at a time, in pages', async () => {
    const { policies } = under().store
    await policies.putException(exception('active'), noon)
    await policies.putException(exception('begins', { from: nextDay }), noon)
    await policies.putException(exception('ended'), noon)
    await policies.putException(exception('over', { until: evening }), noon)
    await policies.putException(exception('waits', { approvedBy: null, until: null }), noon)
    await policies.endException('ended', noon)
    const ids = async (filter: ExceptionFilter) =>
      (await policies.exceptions(filter, { limit: 10 })).items.map(({ id }) => id)
    expect(await ids({ at: evening })).toEqual(['active', 'begins', 'ended', 'over', 'waits'])
    expect(await ids({ state: 'active', at: evening })).toEqual(['active'])
    expect(await ids({ state: 'pending', at: evening })).toEqual(['begins', 'waits'])
    expect(await ids({ state: 'ended', at: evening })).toEqual(['ended', 'over'])
    expect(await ids({ state: 'active', endingBefore: nextDay, at: noon })).toEqual(['over'])
    const first = await policies.exceptions({ at: noon }, { limit: 4 })
    const second = await policies.exceptions({ at: noon }, { limit: 4, cursor: first.next ?? '' })
    expect([first.items.length, second.items.map(({ id }) => id), second.next]).toEqual([4, ['waits'], null])
  })

  test('an exception keeps its versions, also when it was ended and is put again', async () => {
    const { policies } = under().store
    await policies.putException(exception('a'), noon)
    await policies.endException('a', evening)
    expect(await policies.exception('a')).toEqual({
      ...exception('a'),
      createdAt: noon,
      updatedAt: noon,
      endedAt: evening,
    })
    await policies.putException(exception('a', { reason: 'again' }), nextDay)
    expect(await policies.exception('a')).toMatchObject({
      reason: 'again',
      createdAt: noon,
      updatedAt: nextDay,
      endedAt: null,
    })
    expect(await policies.exceptionVersions('a')).toMatchObject([
      { value: { reason: 'again' }, since: nextDay, until: null },
      { value: { reason: 'not reachable' }, since: noon, until: evening },
    ])
    expect((await policies.rulesAt('2026-05-02T06:00:00.000Z')).exceptions).toEqual([])
  })

  test('nobody approves an exception of his own, one that is another by now, or one that is not there', async () => {
    const { policies } = under().store
    await policies.putException(exception('a', { approvedBy: null }), noon)
    await expect(policies.approveException('a', { by: 'team-web' }, noon)).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    })
    await expect(policies.approveException('b', { by: 'security' }, noon)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(policies.endException('b', noon)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect((await policies.exception('a'))?.approvedBy).toBeNull()
    await policies.putException(exception('a', { approvedBy: null, reason: 'another' }), evening)
    const seen = policies.approveException('a', { by: 'security', seen: noon }, evening)
    await expect(seen).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
    expect((await policies.exception('a'))?.approvedBy).toBeNull()
    await policies.endException('a', evening)
    await expect(policies.approveException('a', { by: 'security' }, nextDay)).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })
}
