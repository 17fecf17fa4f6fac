import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { TallymanError } from '../../../errors.ts'
import type { ExceptionRules } from '../exception-document.ts'
import { importExceptions, type ImportOptions } from './import-exceptions.ts'
import { importers } from './importers.ts'

const rules: ExceptionRules = { now: '2026-05-01T12:00:00.000Z', maxDays: 365, approval: 'none' }
const options: ImportOptions = {
  format: 'trivyignore',
  name: 'web',
  owner: 'team-web',
  scopes: [{ registries: ['hub'] }],
}

function take(text: string, given: Partial<ImportOptions> = {}, under: Partial<ExceptionRules> = {}) {
  return importExceptions(text, { ...options, ...given }, { ...rules, ...under }, () => undefined)
}

test('entries that have the rest in common become one exception, whose name stays the same', () => {
  const text = '# unused\nCVE-2026-1 exp:2026-07-01\nCVE-2026-2 exp:2026-07-01\nCIS-DI-0001 exp:2026-07-01\n'
  const { exceptions, dropped } = take(text)
  expect(dropped).toEqual([])
  expect(exceptions).toEqual([
    {
      id: expect.stringMatching(/^web-[0-9a-f]{12}$/),
      vulnerabilities: ['CVE-2026-1', 'CVE-2026-2'],
      packages: [],
      checks: ['CIS-DI-0001'],
      secrets: [],
      scopes: [{ registries: ['hub'] }],
      reason: 'unused',
      owner: 'team-web',
      from: rules.now,
      until: '2026-07-01T00:00:00.000Z',
      approvedBy: 'team-web',
      by: 'exception',
      status: null,
      justification: null,
    },
  ])
  const later = take(`${text}CVE-2026-3 exp:2026-07-01\n`, {}, { now: '2026-05-02T12:00:00.000Z' })
  expect(later.exceptions.map(({ id }) => id)).toEqual(exceptions.map(({ id }) => id))
})

test('what the file does not say is added, and an end is brought forward, never back', () => {
  const text = 'CVE-2026-1\nCVE-2026-2 exp:2026-06-01\nCVE-2026-3 exp:2036-01-01\n'
  const { exceptions } = take(text, { reason: 'accepted', until: '2026-08-01' })
  expect(exceptions.map(({ vulnerabilities, until, reason }) => [vulnerabilities, until, reason])).toEqual([
    [['CVE-2026-1', 'CVE-2026-3'], '2026-08-01T00:00:00.000Z', 'accepted'],
    [['CVE-2026-2'], '2026-06-01T00:00:00.000Z', 'accepted'],
  ])
})

test('what has no reason, no end, or a wrong one is not taken', () => {
  const text = 'CVE-2026-1 exp:2026-07-01\n\n# a\nCVE-2026-2\nCVE-2026-3 exp:2026-04-01\nCVE-2026-4 exp:2036-01-01\n'
  const { exceptions, dropped } = take(text)
  expect(exceptions).toEqual([])
  expect(dropped.map(({ why }) => why)).toEqual([
    'it has no reason; give one for all that have none',
    'it has no end; give one for all that have none',
    'it is over since 2026-04-01T00:00:00.000Z',
    'it ends at 2036-01-01T00:00:00.000Z, and exceptions last 365 days at most; give an earlier end for all',
  ])
})

test('an import is no wider than both the file and the scope that was given', () => {
  const text = JSON.stringify([
    { name: 'shop', cve_allowlist: { items: [{ cve_id: 'CVE-2026-1' }] } },
    { name: 'lab', cve_allowlist: { items: [{ cve_id: 'CVE-2026-2' }] } },
  ])
  const scopesOf = (scopes: ImportOptions['scopes']) =>
    take(text, { format: 'harbor', reason: 'r', until: '2026-07-01', scopes }).exceptions.map((each) => each.scopes)
  expect(scopesOf([])).toEqual([[{ repositories: ['shop/**'] }], [{ repositories: ['lab/**'] }]])
  expect(scopesOf([{ tags: ['1'] }])[0]).toEqual([{ tags: ['1'], repositories: ['shop/**'] }])
  expect(scopesOf([{ repositories: ['shop/**'] }])).toEqual([[{ repositories: ['shop/**'] }]])
})

test('a VEX statement may last for ever, and waits for approval where that is required', () => {
  const statement = {
    vulnerability: { name: 'CVE-2026-1' },
    products: ['pkg:npm/a'],
    status: 'not_affected',
    justification: 'component_not_present',
  }
  const text = JSON.stringify({ '@context': 'https://openvex.dev/ns/v0.2.0', statements: [statement] })
  const [exception] = take(text, { format: 'openvex' }, { approval: 'required' }).exceptions
  expect(exception).toMatchObject({ by: 'vex', status: 'not_affected', until: null, approvedBy: null })
})

test('an exception names at most a thousand vulnerabilities', () => {
  const text = Array.from({ length: 1_200 }, (_, index) => `CVE-2026-${index}`).join('\n')
  const { exceptions } = take(text, { reason: 'r', until: '2026-07-01' })
  expect(exceptions.map(({ vulnerabilities }) => vulnerabilities.length)).toEqual([1_000, 200])
  expect(new Set(exceptions.map(({ id }) => id)).size).toBe(2)
})

function refusalOf(text: string, format: string): unknown {
  try {
    take(text, { format, reason: 'r', until: '2026-07-01' })
    return undefined
  } catch (error) {
    return (error as TallymanError).code ?? error
  }
}

test.each(importers.map(({ name }) => name))('any text is exceptions of %s, or refused as no such file', (format) => {
  const key = fc.constantFrom(
    'ignore',
    'items',
    'vulnerabilities',
    'secrets',
    'statements',
    'products',
    'cve_allowlist',
  )
  const piece = fc.oneof(
    fc.string(),
    key,
    fc.constantFrom(
      '"@context":"https://openvex.dev/ns"',
      'CVE-2026-1',
      ': ',
      '\n- ',
      '\n  ',
      '{',
      '}',
      '[',
      ']',
      ',',
      'id: ',
    ),
  )
  const json = fc.json({ maxDepth: 4 })
  const shaped = fc.tuple(key, fc.jsonValue()).map(([name, value]) => {
    return JSON.stringify({ '@context': 'https://openvex.dev/ns', [name]: value })
  })
  const text = fc.oneof(
    fc.array(piece).map((pieces) => pieces.join('')),
    json,
    shaped,
  )
  fc.assert(
    fc.property(text, (given) => {
      expect(refusalOf(given, format)).toBeOneOf([undefined, 'EXCEPTION_INVALID'])
    }),
  )
})

test('an unknown format and a wrong end are refused', () => {
  expect(() => take('', { format: 'snyk' })).toThrow(
    'snyk is not a format of exceptions, of trivyignore, trivyignore-yaml, grype, harbor, openvex',
  )
  expect(() => take('', { until: 'soon' })).toThrow('until: soon is not a date or an RFC 3339 time')
})
