import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments, type Document } from 'yaml'
import { TallymanError } from '../../errors.ts'
import { defaultPolicy, defaultPolicyDocument } from './default-policy.ts'
import { emptyPolicy } from './policy.ts'
import { checkPolicies, parsePolicies, parsePolicy } from './policy-document.ts'
import { policyDocumentSchema, policyJsonSchema } from './policy-schema.ts'

const head = 'apiVersion: tallyman.dev/v1\nkind: Policy\nmetadata: { name: mine }\n'
const documentation = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
const documented = [...documentation.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => text ?? '')

const mistakesIn = (text: string) => mistakesOf(() => parsePolicy(text, 'p.yaml'))

function mistakesOf(parse: () => unknown): string[] {
  try {
    parse()
  } catch (error) {
    if (error instanceof TallymanError && error.code === 'POLICY_INVALID') return error.message.split('\n')
    throw error
  }
  return []
}

test('the documented default is the built-in policy', () => {
  expect(documented[0]).toBe(defaultPolicyDocument)
  expect(parsePolicy(documented[0] ?? '')).toEqual(defaultPolicy)
})

test('the other documented policies are right, and meant so', () => {
  expect(documented.length).toBeGreaterThan(7)
  for (const text of documented) expect(checkPolicies(text, 'docs/policy.md').warnings).toEqual([])
})

test('the documented policy has every key', () => {
  const keys = Object.entries(policyDocumentSchema.properties.spec.properties).flatMap(([key, schema]) => {
    const items = 'items' in schema ? (schema.items as { readonly properties: object }) : { properties: {} }
    return [key, ...Object.keys(items.properties)]
  })
  const missing = keys.filter((key) => !documentation.includes(`\`${key}\``) && !documentation.includes(`\`${key}.`))
  expect(missing).toEqual([])
})

test('the published schema is that of the parser: tallyman policy schema > docs/policy.schema.json', () => {
  const published: unknown = JSON.parse(
    readFileSync(new URL('../../../docs/policy.schema.json', import.meta.url), 'utf8'),
  )
  expect(published).toEqual(JSON.parse(JSON.stringify(policyJsonSchema)))
})

test('other validators take the same documents by it', () => {
  const validate = new Ajv({ strict: false }).compile(policyJsonSchema)
  for (const text of documented) {
    for (const document of parseAllDocuments(text)) {
      validate((document as Document).toJS())
      expect(validate.errors).toBeNull()
    }
  }
  expect(validate({ apiVersion: 'tallyman.dev/v1', kind: 'Policy', metadata: { name: 'a' }, spec: {} })).toBe(false)
})

test('a policy without rules is allowed if it says so', () => {
  expect(parsePolicy(`${head}spec: { vulnerabilities: [], incomplete: ignore }`)).toEqual({
    ...emptyPolicy,
    name: 'mine',
    vulnerabilities: [],
    onIncomplete: 'ignore',
  })
})

test('every key has its place in the policy', () => {
  const text = `apiVersion: tallyman.dev/v1
kind: Policy
metadata: { name: mine, description: all of it }
spec:
  priority: 10
  scopes:
    - { registries: prod, repositories: [shop/*, pay/**], tags: v*, labels: { team: pay* }, platforms: linux/*, bases: [hub/base/*] }
  vulnerabilities:
    - { name: exploited, kev: true, fixable: true, action: fail }
    - { name: likely, epss: 0.5, score: 7, sources: GHSA, ecosystems: [npm, Debian:12], action: warn }
    - { name: old, severity: high, fixAge: 2w, ids: CVE-2024-*, packages: [openssl, "pkg:npm/left-pad"], action: fail, grace: 12h }
    - { name: odd, expression: finding.kev, action: fail, grace: { period: 14d, during: ignore } }
  packages:
    - { name: denied, deny: [log4j*], ecosystems: Maven, action: fail }
    - { name: allowed, allow: "pkg:deb/**", action: warn }
    - { name: licences, licenses: { deny: [AGPL-3.0-only, GPL-*] }, action: fail }
    - { name: old-versions, minimum: { openssl: 3.0.14-1, "pkg:npm/next": "14.2.0" }, action: fail }
    - { name: long-names, expression: pkg.name.size() > 100, action: warn }
  checks:
    - { name: user, ids: CIS-DI-0001, layers: own, undecidable: warn, action: fail }
    - { name: bad, level: high, action: warn }
  secrets:
    - { name: keys, rules: private-key, layers: own, action: fail }
    - { name: others, action: warn }
  base:
    - { name: golden, allow: [hub/base/*], action: fail }
    - { name: fresh-base, maxAge: 30d, unknown: ignore, action: warn }
  image:
    - { name: age, maxAge: 90d, action: warn }
    - { name: labelled, expression: '!("team" in image.labels)', action: warn }
  provenance:
    - { name: signed, signedBy: release, action: fail }
  incomplete: fail
  staleness: { maxAge: 48h }
`
  expect(parsePolicy(text)).toEqual({
    name: 'mine',
    description: 'all of it',
    priority: 10,
    scopes: [
      {
        registries: ['prod'],
        repositories: ['shop/*', 'pay/**'],
        tags: ['v*'],
        labels: { team: 'pay*' },
        platforms: ['linux/*'],
        bases: ['hub/base/*'],
      },
    ],
    vulnerabilities: [
      { name: 'exploited', kev: true, fixable: true, action: 'fail' },
      { name: 'likely', epss: 0.5, score: 7, sources: ['GHSA'], ecosystems: ['npm', 'Debian:12'], action: 'warn' },
      {
        name: 'old',
        severity: 'high',
        fixDays: 14,
        vulnerabilities: ['CVE-2024-*'],
        packages: ['openssl', 'pkg:npm/left-pad'],
        action: 'fail',
        grace: { days: 0.5, during: 'warn' },
      },
      { name: 'odd', expression: 'finding.kev', action: 'fail', grace: { days: 14, during: 'ignore' } },
    ],
    packages: [
      { name: 'denied', deny: ['log4j*'], ecosystems: ['Maven'], action: 'fail' },
      { name: 'allowed', allow: ['pkg:deb/**'], action: 'warn' },
      { name: 'licences', licenses: { deny: ['AGPL-3.0-only', 'GPL-*'], unknown: 'ignore' }, action: 'fail' },
      { name: 'old-versions', minimum: { openssl: '3.0.14-1', 'pkg:npm/next': '14.2.0' }, action: 'fail' },
      { name: 'long-names', expression: 'pkg.name.size() > 100', action: 'warn' },
    ],
    checks: [
      { name: 'user', ids: ['CIS-DI-0001'], layers: 'own', undecidable: 'warn', action: 'fail' },
      { name: 'bad', level: 'high', layers: 'all', undecidable: 'ignore', action: 'warn' },
    ],
    secrets: [
      { name: 'keys', rules: ['private-key'], layers: 'own', action: 'fail' },
      { name: 'others', layers: 'all', action: 'warn' },
    ],
    base: [
      { name: 'golden', allow: ['hub/base/*'], unknown: 'inconclusive', action: 'fail' },
      { name: 'fresh-base', maxDays: 30, unknown: 'ignore', action: 'warn' },
    ],
    image: [
      { name: 'age', maxDays: 90, action: 'warn' },
      { name: 'labelled', expression: '!("team" in image.labels)', action: 'warn' },
    ],
    provenance: [{ name: 'signed', signedBy: ['release'], action: 'fail' }],
    onIncomplete: 'fail',
    staleness: { maxHours: 48, action: 'inconclusive' },
  })
})

test('a file can hold several policies', () => {
  const two = `${head}spec: { incomplete: warn }\n---\n${head.replace('mine', 'yours')}spec: { incomplete: fail }\n---\n`
  expect(parsePolicies(two).map(({ name, onIncomplete }) => [name, onIncomplete])).toEqual([
    ['mine', 'warn'],
    ['yours', 'fail'],
  ])
  expect(mistakesIn(two)).toEqual(['p.yaml:6:1: the document: expected one document, this is another'])
  expect(mistakesOf(() => parsePolicies(two.replace('yours', 'mine'), 'p.yaml'))).toEqual([
    'p.yaml:8:19: metadata.name: expected a name of its own, an earlier policy is called mine too',
  ])
  expect(mistakesOf(() => parsePolicies(two.replace('fail', 'pass'), 'p.yaml'))).toEqual([
    'p.yaml:9:21: spec.incomplete: expected one of inconclusive, fail, warn, ignore',
  ])
})

test('what can hardly be meant is a warning', () => {
  const text = `${head}spec:
  vulnerabilities:
    - { name: high, severity: high, action: warn }
    - { name: critical, severity: critical, fixable: true, action: fail }
    - { name: one, ids: CVE-2024-1, action: ignore, grace: 3d }
    - { name: same, ids: [CVE-2024-1], kev: true, action: fail }
    - { name: unfixed, fixable: false, fixAge: 3d, action: fail }
    - { name: late, fixable: true, action: fail }
    - { name: later, fixAge: 3d, severity: low, action: warn, grace: 3d }
  packages:
    - { name: npm, deny: ["**"], ecosystems: npm, action: warn }
    - { name: left-pad, deny: left-pad, ecosystems: npm, action: fail }
    - { name: pad, deny: left-pad, action: fail }
    - { name: licences, licenses: { deny: [GPL-3, LGPL-*], allow: MTI }, action: fail }
  checks:
    - { name: own-checks, layers: own, level: low, action: warn }
    - { name: all-checks, level: high, action: fail }
    - { name: own-high, layers: own, level: high, action: fail }
  secrets:
    - { name: all-secrets, action: warn }
    - { name: keys, rules: [private-key], layers: own, action: fail }
`
  expect(checkPolicies(text, 'p.yaml').warnings).toEqual([
    'p.yaml:7:7: spec.vulnerabilities.1: critical never acts: high, before it, catches all that it could',
    'p.yaml:9:7: spec.vulnerabilities.3: same never acts: one, before it, catches all that it could',
    'p.yaml:12:7: spec.vulnerabilities.6: later never acts: late, before it, catches all that it could',
    'p.yaml:15:7: spec.packages.1: left-pad never acts: npm, before it, catches all that it could',
    'p.yaml:21:7: spec.checks.2: own-high never acts: own-checks, before it, catches all that it could',
    'p.yaml:24:7: spec.secrets.1: keys never acts: all-secrets, before it, catches all that it could',
    'p.yaml:8:53: spec.vulnerabilities.2.grace: changes nothing: the action is ignore at any time',
    'p.yaml:10:40: spec.vulnerabilities.4.fixAge: unfixed never acts: without a fix none has an age',
    'p.yaml:12:63: spec.vulnerabilities.6.grace: changes nothing: the action is warn at any time',
    'p.yaml:17:44: spec.packages.3.licenses.deny.0: GPL-3 is no licence that SPDX knows',
    'p.yaml:17:67: spec.packages.3.licenses.allow: MTI is no licence that SPDX knows',
  ])
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
    [
      'no rules',
      `${head}spec: {}\n`,
      [
        'p.yaml:4:7: spec: expected a mapping with at least one of priority, scopes, vulnerabilities, packages, checks, secrets, base, image, provenance, incomplete, staleness',
      ],
    ],
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
        'p.yaml:10:15: spec.incomplete: expected one of inconclusive, fail, warn, ignore',
      ],
    ],
    [
      'an unknown key',
      `${head}spec:\n  vulnerabilities:\n    - name: a\n      severity: high\n      fixible: true\n      action: fail\n`,
      [
        'p.yaml:8:7: spec.vulnerabilities.0.fixible: unknown key, expected one of name, severity, score, kev, epss, fixable, fixAge, sources, ecosystems, ids, packages, expression, action, grace',
      ],
    ],
    [
      'a name twice',
      `${head}spec:\n  vulnerabilities:\n    - { name: a, severity: high, action: fail }\n    - { name: a, severity: low, action: warn }\n`,
      ['p.yaml:7:15: spec.vulnerabilities.1.name: expected a name of its own, rule 0 is called a too'],
    ],
    [
      'a name twice, in rules of two kinds',
      `${head}spec:\n  vulnerabilities:\n    - { name: a, action: fail }\n  secrets:\n    - { name: a, action: fail }\n    - { name: incomplete, action: fail }\n`,
      [
        'p.yaml:8:15: spec.secrets.0.name: expected a name of its own, rule 0 of vulnerabilities is called a too',
        'p.yaml:9:15: spec.secrets.1.name: expected another name: what is no rule gives reasons of this one',
      ],
    ],
    [
      'lists, of which more is wrong than can be told',
      `${head}spec:\n  scopes: [{ tags: [] }, { repositories: [a, 7] }, {}]\n  vulnerabilities: [{ name: a, action: fail, fixAge: 3 days, grace: { period: 3, until: 7 } }]\n  staleness: { maxAge: 0h }\n`,
      [
        'p.yaml:5:20: spec.scopes.0.tags: expected a pattern, or a list of 1 to 1000 patterns',
        'p.yaml:5:42: spec.scopes.1.repositories: expected a pattern, or a list of 1 to 1000 patterns',
        'p.yaml:5:52: spec.scopes.2: expected a mapping with at least one of registries, repositories, tags, labels, platforms, bases, digests',
        'p.yaml:6:54: spec.vulnerabilities.0.fixAge: expected a duration: 12h, 14d or 2w',
      ],
    ],
    [
      'durations',
      `${head}spec:\n  vulnerabilities: [{ name: a, action: fail, fixAge: 3 days, grace: { period: 3 } }]\n  staleness: { maxAge: 0h }\n`,
      [
        'p.yaml:5:54: spec.vulnerabilities.0.fixAge: expected a duration: 12h, 14d or 2w',
        'p.yaml:5:69: spec.vulnerabilities.0.grace: expected a duration like 14d, or a mapping with period and during (warn, ignore)',
        'p.yaml:6:24: spec.staleness.maxAge: expected a duration: 12h, 14d or 2w',
      ],
    ],
    [
      'bad patterns',
      `${head}spec:\n  scopes: [{ tags: "v[12]*", repositories: [a, "shop/{a,b}"] }]\n  checks: [{ name: c, ids: "CIS-???", action: warn }]\n  secrets: [{ name: s, rules: ["***"], action: warn }]\n  base: [{ name: b, allow: "*a*a*a*a*a*a*a*a*a*a*a", action: warn }]\n`,
      [
        'p.yaml:5:20: spec.scopes.0.tags: expected a pattern whose wildcards are one of *, **',
        'p.yaml:5:48: spec.scopes.0.repositories.1: expected a pattern whose wildcards are one of *, **',
        'p.yaml:6:28: spec.checks.0.ids: expected a pattern whose wildcards are one of *, **',
        'p.yaml:7:32: spec.secrets.0.rules.0: expected * for anything but /, or ** for anything',
        'p.yaml:8:28: spec.base.0.allow: expected a pattern with at most 10 wildcards',
      ],
    ],
    [
      'rules that say too little or too much',
      `${head}spec:\n  packages:\n    - { name: a, action: fail }\n    - { name: b, action: fail, deny: x, allow: y }\n    - { name: c, action: fail, licenses: { unknown: warn } }\n    - { name: d, action: fail, minimum: { "pkg:npm/a@1": "2" } }\n  base: [{ name: e, action: fail }]\n  image: [{ name: f, action: fail }]\n`,
      [
        'p.yaml:6:7: spec.packages.0: expected exactly one of deny, allow, licenses, minimum, expression: there is none',
        'p.yaml:7:7: spec.packages.1: expected exactly one of deny, allow, licenses, minimum, expression: there are deny and allow',
        'p.yaml:8:32: spec.packages.2.licenses: expected deny or allow',
        'p.yaml:9:43: spec.packages.3.minimum.pkg:npm/a@1: expected the name of a package, or its purl without version',
        'p.yaml:10:10: spec.base.0: expected at least one of allow, maxAge, unknown',
        'p.yaml:11:11: spec.image.0: expected at least one of maxAge, expression',
      ],
    ],
    [
      'expressions, with the place in their text',
      `${head}spec:\n  vulnerabilities:\n    - { name: a, expression: finding.kev && finding.kef, action: fail }\n    - { name: b, expression: 'finding.score > 7.0', action: fail }\n  image:\n    - name: c\n      action: fail\n      expression: |\n        image.size > 3\n          && image.sise > 4\n    - { name: d, action: fail, expression: "image.labels[\\"a\\"] ==" }\n`,
      [
        'p.yaml:6:53: spec.vulnerabilities.0.expression: unknown field kef of finding, expected one of vulnerability, aliases, advisories, severity, score, fixed, fixable, fixDays, published, kev, epss',
        'p.yaml:7:31: spec.vulnerabilities.1.expression: finding.score can be null: test finding.score != null first',
        'p.yaml:13:20: spec.image.0.expression: unknown field sise of image, expected one of digest, platform, created, ageDays, size, labels, places, base, distro, findings, checks, secrets, signatures',
        'p.yaml:14:44: spec.image.1.expression: not an expression of CEL: unexpected "="',
      ],
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
