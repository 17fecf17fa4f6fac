import { expect, test } from 'vitest'
import type { Advisory } from './advisory.ts'
import { changedAspects } from './advisory-changes.ts'

const rating = { source: 'CVSS_V3', severity: 'high', score: 7.5, vector: null } as const
const affected = { ecosystem: 'npm', name: 'pad', versions: ['1'], ranges: [], ratings: [] }
const before: Advisory = {
  id: 'A-1',
  aliases: [],
  upstream: [],
  related: [],
  modified: '2024-01-01T00:00:00Z',
  published: null,
  withdrawn: null,
  summary: 'before',
  ratings: [],
  affected: [affected],
  references: [],
}

test.each([
  [{ affected: [{ ...affected, versions: ['1', '2'] }] }, ['ranges']],
  [{ affected: [affected, { ...affected, name: 'other' }] }, ['ranges']],
  [{ ratings: [rating] }, ['severity']],
  [{ affected: [{ ...affected, ratings: [rating] }] }, ['severity']],
  [{ withdrawn: '2024-02-01T00:00:00Z', summary: 'after' }, ['withdrawn', 'summary']],
  [{ aliases: ['CVE-2024-1'] }, ['aliases']],
  [{ references: ['https://example.com'], modified: '2024-02-01T00:00:00Z' }, ['text']],
  [{}, ['text']],
])('%o changes %o', (change, aspects) => {
  expect(changedAspects(before, { ...before, ...change })).toEqual(aspects)
})

test('a withdrawal that is dated anew is no change of it', () => {
  const withdrawn = { ...before, withdrawn: '2024-02-01T00:00:00Z' }
  expect(changedAspects(withdrawn, { ...withdrawn, withdrawn: '2024-03-01T00:00:00Z' })).toEqual(['text'])
})
