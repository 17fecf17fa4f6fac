import { expect, test } from 'vitest'
import { announcedEnd, lifetimeKeys } from './announced-lifetimes.ts'
import type { Eol } from './feed-facts.ts'

const until = (eol: string | boolean, extended: string | null = null): Eol => ({ eol, extended, latest: null })
const facts = new Map([
  ['debian 12', until('2026-06-10', '2028-06-30')],
  ['ubuntu 22.04', until('2027-04-01', '2032-04-09')],
  ['alpine-linux 3.20', until('2026-04-01')],
  ['rocky-linux 9', until(true)],
])

test.each([
  ['debian', '12.5', '2028-06-30'],
  ['ubuntu', '22.04', '2027-04-01'],
  ['alpine', '3.20.3', '2026-04-01'],
  ['alpine', '3.21_alpha20240923', undefined],
  ['rocky', '9.4', undefined],
  ['debian', 'trixie/sid', undefined],
  ['constructor', '1', undefined],
])('%s %s ends on %s', (id, version, date) => {
  expect(announcedEnd({ id, version }, facts)).toBe(date)
})

test('a release is looked for by major and minor, then by major', () => {
  expect(lifetimeKeys({ id: 'alpine', version: '3.20.3' })).toEqual(['alpine-linux 3.20', 'alpine-linux 3'])
  expect(lifetimeKeys({ id: 'debian', version: '12' })).toEqual(['debian 12'])
})
