import { readFileSync } from 'node:fs'
import { expect, describe, test } from 'vitest'
import { TallymanError } from '../../errors.ts'
import { parseException, type ExceptionRules } from './exception-document.ts'

const rules: ExceptionRules = { now: '2026-05-01T12:00:00.000Z', maxDays: 365, approval: 'none' }
const head = 'apiVersion: tallyman.dev/v1\nkind: Exception\nmetadata: { name: mine }\n'
const owned = '  reason: not reachable\n  owner: team-web\n'

function mistakesIn(text: string, given: Partial<ExceptionRules> = {}): string[] {
  try {
    parseException(text, { ...rules, ...given }, 'e.yaml')
  } catch (error) {
    if (error instanceof TallymanError && error.code === 'EXCEPTION_INVALID') return error.message.split('\n')
    throw error
  }
  return []
}

test('an exception says what, where, why, whose and until when', () => {
  const text = `${head}spec:
  vulnerabilities: [CVE-2026-0001, GHSA-aaaa-bbbb-cccc]
  packages: [openssl, "pkg:npm/%40team/web"]
  checks: [CIS-DI-0001]
  secrets: [{ rule: private-key, path: "etc/ssl/**" }]
  scope: { registries: [hub], repositories: ["team/*"] }
${owned}  from: 2026-06-01
  until: 2026-07-01T10:00:00+02:00
  justification: vulnerable_code_not_in_execute_path
  approvedBy: security
`
  expect(parseException(text, rules)).toEqual({
    id: 'mine',
    vulnerabilities: ['CVE-2026-0001', 'GHSA-aaaa-bbbb-cccc'],
    packages: ['openssl', 'pkg:npm/%40team/web'],
    checks: ['CIS-DI-0001'],
    secrets: [{ rule: 'private-key', path: 'etc/ssl/**' }],
    scopes: [{ registries: ['hub'], repositories: ['team/*'] }],
    reason: 'not reachable',
    owner: 'team-web',
    from: '2026-06-01T00:00:00.000Z',
    until: '2026-07-01T08:00:00.000Z',
    approvedBy: 'security',
    by: 'exception',
    status: 'not_affected',
    justification: 'vulnerable_code_not_in_execute_path',
  })
})

test('the documented exception is right', () => {
  const documentation = readFileSync(new URL('../../../docs/exceptions.md', import.meta.url), 'utf8')
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(documentation) ?? []
  expect(parseException(text, rules)).toMatchObject({ id: 'openssl-not-reachable', scopes: [{ registries: ['hub'] }] })
})

test('several scopes are a list, and a pattern alone is a list of one', () => {
  const scopes = '  scopes: [{ repositories: "team/*" }, { labels: { team: web }, tags: ["1.*", "2.*"] }]\n'
  const text = `${head}spec:\n  checks: [CIS-DI-0001]\n${scopes}${owned}  until: 2026-06-01\n`
  expect(parseException(text, rules).scopes).toEqual([
    { repositories: ['team/*'] },
    { tags: ['1.*', '2.*'], labels: { team: 'web' } },
  ])
})

test('JSON is read too; what is left out is: from now on, and by its owner’s word', () => {
  const spec = { checks: ['CIS-DI-0001'], scope: 'everywhere', reason: 'r', owner: 'o', until: '2026-06-01' }
  const text = JSON.stringify({ apiVersion: 'tallyman.dev/v1', kind: 'Exception', metadata: { name: 'a' }, spec })
  expect(parseException(text, rules)).toMatchObject({ scopes: [], from: rules.now, approvedBy: 'o' })
  expect(parseException(text, { ...rules, approval: 'required' }).approvedBy).toBeNull()
})

describe('a mistake is shown with line, column and what was expected', () => {
  const vulnerable = '  vulnerabilities: [CVE-2026-0001]\n'
  const everywhere = '  scope: everywhere\n'
  const until = '  until: 2026-06-01\n'
  for (const [what, spec, mistakes] of [
    ['no expiry', vulnerable + everywhere + owned, ['e.yaml:5:3: spec: expected the key until']],
    [
      'no reason and no owner',
      vulnerable + everywhere + until,
      ['e.yaml:5:3: spec: expected the key reason', 'e.yaml:5:3: spec: expected the key owner'],
    ],
    [
      'a blank reason',
      `${vulnerable}${everywhere}${until}  owner: o\n  reason: "  "\n`,
      ['e.yaml:9:11: spec.reason: expected a reason, of at most 2000 characters'],
    ],
    [
      'an expiry in the past',
      `${vulnerable}${everywhere}${owned}  until: 2026-05-01\n`,
      ['e.yaml:9:10: spec.until: expected a time to come: it would be over already (now is 2026-05-01T12:00:00.000Z)'],
    ],
    [
      'an expiry far away',
      `${vulnerable}${everywhere}${owned}  until: 2036-05-01\n`,
      ['e.yaml:9:10: spec.until: expected 2027-05-01T12:00:00.000Z at the latest: exceptions last 365 days at most'],
    ],
    [
      'a day that no month has',
      `${vulnerable}${everywhere}${owned}  until: 2026-06-31\n  from: soon\n`,
      [
        'e.yaml:10:9: spec.from: expected a date or an RFC 3339 time',
        'e.yaml:9:10: spec.until: expected a date or an RFC 3339 time',
      ],
    ],
    [
      'an end before its beginning',
      `${vulnerable}${everywhere}${owned}${until}  from: 2026-06-02\n`,
      ['e.yaml:9:10: spec.until: expected a time after from, 2026-06-02T00:00:00.000Z'],
    ],
    [
      'nothing named',
      everywhere + owned + until,
      ['e.yaml:5:3: spec: expected one of the keys vulnerabilities, checks, secrets: it excepts nothing'],
    ],
    [
      'packages alone',
      `  checks: [CIS-DI-0001]\n  packages: [openssl]\n${everywhere}${owned}${until}`,
      [
        'e.yaml:6:3: spec.packages: expected the key vulnerabilities beside packages: it says in which packages those are excepted',
      ],
    ],
    [
      'wildcards',
      `  vulnerabilities: [CVE-2026-*, "*"]\n  packages: [lib*]\n${everywhere}${owned}${until}`,
      [
        'e.yaml:5:21: spec.vulnerabilities.0: expected the id of a vulnerability or advisory, without wildcards',
        'e.yaml:5:33: spec.vulnerabilities.1: expected the id of a vulnerability or advisory, without wildcards',
        'e.yaml:6:14: spec.packages.0: expected the name of a package, or its purl, without wildcards',
      ],
    ],
    [
      'no scope',
      vulnerable + owned + until,
      ['e.yaml:5:3: spec: expected the key scope; write `scope: everywhere` for every image'],
    ],
    [
      'an empty scope, which would be everywhere',
      `${vulnerable}  scope: {}\n${owned}${until}`,
      [
        'e.yaml:6:10: spec.scope: expected a mapping with at least one of registries, repositories, tags, labels, platforms, bases, digests, or the word everywhere',
      ],
    ],
    [
      'an unknown key of a scope',
      `${vulnerable}  scope: { repository: a }\n${owned}${until}`,
      [
        'e.yaml:6:12: spec.scope.repository: unknown key, expected one of registries, repositories, tags, labels, platforms, bases, digests',
      ],
    ],
    [
      'scope and scopes',
      `${vulnerable}${everywhere}  scopes: [{ tags: [a] }]\n${owned}${until}`,
      ['e.yaml:7:3: spec.scopes: expected either scope or scopes, not both'],
    ],
  ] as const) {
    test(`it has: ${what}`, () => {
      expect(mistakesIn(`${head}spec:\n${spec}`)).toEqual(mistakes)
    })
  }

  test('an approval in the document, where approval comes afterwards', () => {
    const text = `${head}spec:\n${vulnerable}${everywhere}${owned}${until}  approvedBy: me\n`
    expect(mistakesIn(text)).toEqual([])
    expect(mistakesIn(text, { approval: 'required' })).toEqual([
      'e.yaml:10:3: spec.approvedBy: unknown key here: an exception is approved after it was handed in, by somebody else than its owner',
    ])
  })

  test('the mistakes are there as data too', () => {
    const thrown = (() => {
      try {
        return parseException('kind: Exception\napiVersion: tallyman.dev/v1\nmetadata: { name: a }\nspec: 7', rules)
      } catch (error) {
        return error
      }
    })()
    expect((thrown as TallymanError).details['mistakes']).toEqual([
      {
        line: 4,
        column: 7,
        path: 'spec',
        message: 'expected a mapping with what is excepted, scope, reason, owner and until',
      },
    ])
  })
})
