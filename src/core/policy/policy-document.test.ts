import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TallymanError } from '../../errors.ts'
import { defaultPolicy } from './default-policy.ts'
import { emptyPolicy } from './policy.ts'
import { parsePolicy } from './policy-document.ts'

const head = 'apiVersion: tallyman.dev/v1\nkind: Policy\nmetadata: { name: mine }\n'
const documentation = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
const documented = [...documentation.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '')

function mistakesIn(text: string): string[] {
  try {
    parsePolicy(text, 'p.yaml')
  } catch (error) {
    if (error instanceof TallymanError && error.code === 'POLICY_INVALID') return error.message.split('\n')
    throw error
  }
  return []
}

test('the documented default is the built-in policy', () => {
  expect(parsePolicy(documented[0] ?? '')).toEqual(defaultPolicy)
})

test('the other documented policies are right', () => {
  expect(documented.slice(1).map((text) => parsePolicy(text))).toEqual([
    {
      ...emptyPolicy,
      name: 'fixable-only',
      vulnerabilities: [{ name: 'fixable', severity: 'low', fixable: true, action: 'fail' }],
      onIncomplete: null,
    },
    {
      ...emptyPolicy,
      name: 'strict',
      vulnerabilities: [
        { name: 'medium', severity: 'medium', action: 'fail' },
        { name: 'rest', severity: 'negligible', action: 'warn' },
      ],
      onIncomplete: 'warn',
    },
  ])
})

test('a policy without rules is allowed if it says so', () => {
  expect(parsePolicy(`${head}spec: { vulnerabilities: [], incomplete: ignore }`)).toEqual({
    ...emptyPolicy,
    name: 'mine',
    vulnerabilities: [],
    onIncomplete: 'ignore',
  })
})

describe('a mistake is shown with line, column and what was expected', () => {
  for (const [what, text, mistakes] of [
    ['nothing at all', '', ['p.yaml:1:1: the document: expected a mapping with apiVersion, kind, metadata and spec']],
    [
      'no YAML',
      `${head}spec: [`,
      ['p.yaml:4:8: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ],
    ['a key twice', `${head}kind: Policy\nspec: { vulnerabilities: [] }`, ['p.yaml:4:1: Map keys must be unique']],
    [
      'another kind',
      'apiVersion: v1\nkind: Exception\nmetadata: {}\nspec:\n  vulnerabilities: []\n',
      [
        'p.yaml:1:13: apiVersion: expected tallyman.dev/v1',
        'p.yaml:2:7: kind: expected Policy',
        'p.yaml:3:11: metadata: expected the key name',
      ],
    ],
    ['no rules', `${head}spec: {}\n`, ['p.yaml:4:7: spec: expected the key vulnerabilities']],
    [
      'no list',
      `${head}spec:\n  vulnerabilities: high\n`,
      ['p.yaml:5:20: spec.vulnerabilities: expected a list of at most 1000 rules'],
    ],
    [
      'wrong words',
      `${head}spec:\n  vulnerabilities:\n    - name: Fixable High\n      severity: High\n      fixable: sometimes\n      action: explode\n  incomplete: pass\n`,
      [
        'p.yaml:6:13: spec.vulnerabilities.0.name: expected a name of lower-case letters, digits, ".", "_" and "-", at most 63 characters long',
        'p.yaml:7:17: spec.vulnerabilities.0.severity: expected one of critical, high, medium, low, negligible',
        'p.yaml:8:16: spec.vulnerabilities.0.fixable: expected true or false',
        'p.yaml:9:15: spec.vulnerabilities.0.action: expected one of fail, warn, ignore',
        'p.yaml:10:15: spec.incomplete: expected one of inconclusive, warn, ignore',
      ],
    ],
    [
      'an unknown key',
      `${head}spec:\n  vulnerabilities:\n    - name: a\n      severity: high\n      fixible: true\n      action: fail\n`,
      ['p.yaml:8:7: spec.vulnerabilities.0.fixible: unknown key, expected one of name, severity, fixable, action'],
    ],
    [
      'a name twice',
      `${head}spec:\n  vulnerabilities:\n    - { name: a, severity: high, action: fail }\n    - { name: a, severity: low, action: warn }\n`,
      ['p.yaml:7:15: spec.vulnerabilities.1.name: expected a name of its own, rule 0 is called a too'],
    ],
    [
      'an empty value',
      `${head}spec:\n  vulnerabilities:\n`,
      ['p.yaml:5:19: spec.vulnerabilities: expected a list of at most 1000 rules'],
    ],
  ] as const) {
    test(`it is: ${what}`, () => {
      expect(mistakesIn(text)).toEqual(mistakes)
    })
  }
})

test('the first eight mistakes are enough', () => {
  const wrong = '    - 7\n'.repeat(12)
  const again = '    - { name: a, severity: high, action: fail }\n'.repeat(12)
  expect(mistakesIn(`${head}spec:\n  vulnerabilities:\n${wrong}`)).toHaveLength(8)
  expect(mistakesIn(`${head}spec:\n  vulnerabilities:\n${again}`)).toHaveLength(8)
})

test('a document that explodes when its aliases are resolved is refused', () => {
  const lines = Array.from(
    { length: 30 },
    (_, at) => `a${at}: &a${at} [${(at === 0 ? '1, ' : `*a${at - 1}, `).repeat(10)}]`,
  )
  expect(mistakesIn(lines.join('\n'))).toEqual(['p.yaml: Excessive alias count indicates a resource exhaustion attack'])
  expect(mistakesIn(`#${'x'.repeat(300_000)}`)).toEqual(['p.yaml: the document is longer than 65536 characters'])
})

test('any text is a policy or POLICY_INVALID', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(head, 'spec:', '\n  ', '- ', '&a ', '*a', '{', ']', '? ', '---\n'),
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(() => mistakesIn(pieces.join(''))).not.toThrow()
    }),
  )
})
