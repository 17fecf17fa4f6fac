import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkExpression, evaluateExpression } from './expression.ts'
import { expressionVariables, type ExpressionKind } from './expression-types.ts'

const finding = {
  vulnerability: 'CVE-2026-1',
  aliases: ['GHSA-xxxx-yyyy-zzzz'],
  advisories: ['DSA-1', 'CVE-2026-1'],
  severity: 'high',
  score: 7.5,
  fixed: '3.0.2',
  fixable: true,
  fixDays: 40,
  published: '2026-01-01T00:00:00Z',
  kev: false,
  epss: null,
}
const pkg = {
  name: 'openssl',
  version: '3.0.1',
  type: 'deb',
  ecosystem: 'Debian:12',
  source: 'openssl',
  purl: 'pkg:deb/debian/openssl@3.0.1',
  licenses: ['Apache-2.0'],
}
const image = {
  digest: `sha256:${'a'.repeat(64)}`,
  platform: 'linux/amd64',
  created: '2026-01-01T00:00:00Z',
  ageDays: 12,
  size: 1_000_000,
  labels: { team: 'payments', 'org.opencontainers.image.source': 'https://git.example/shop' },
  places: [
    { registry: 'prod', repository: 'shop/cart', tags: ['1.2.3', 'latest'] },
    { registry: 'dev', repository: 'shop/cart', tags: [] },
  ],
  base: { digest: `sha256:${'b'.repeat(64)}`, references: ['hub/library/debian:12'] },
  distro: { id: 'debian', version: '12' },
  findings: { critical: 1, high: 2, medium: 3, low: 4, unknown: 0, fixable: 5 },
  checks: [
    { id: 'CIS-DI-0001', status: 'fail', level: 'high' },
    { id: 'CIS-DI-0005', status: 'undecidable', level: 'low' },
  ],
  secrets: [{ rule: 'private-key', layer: 3 }],
  signatures: ['release'],
}
const variables = { finding, package: pkg, image }
const evaluated = (text: string, kind: ExpressionKind, more: Readonly<Record<string, unknown>> = {}) =>
  evaluateExpression(text, kind, { ...variables, ...more })
const mistake = (text: string, kind: ExpressionKind) => checkExpression(text, kind)

describe('an expression decides', () => {
  for (const [kind, text, value] of [
    ['finding', 'finding.severity == "high" && pkg.ecosystem.startsWith("Debian")', true],
    ['finding', 'finding.score != null && finding.score >= 9.0', false],
    ['finding', 'finding.epss != null && finding.epss > 0.1', false],
    ['finding', 'finding.fixDays != null && finding.fixDays > 30', true],
    ['finding', 'finding.fixDays != null && finding.fixDays + 1 == 41', true],
    ['finding', 'finding.fixed == null || finding.kev', false],
    ['finding', 'finding.aliases.exists(id, id.startsWith("GHSA-"))', true],
    ['finding', 'finding.published != null && timestamp(finding.published) < timestamp("2026-06-01T00:00:00Z")', true],
    ['finding', '(finding.fixable ? finding.severity : "none") in ["high", "critical"]', true],
    ['package', '"GPL-3.0-only" in pkg.licenses', false],
    ['package', 'pkg.name.matches("^open(ssl|ssh)$") && size(pkg.name) == 7', true],
    ['package', 'pkg.licenses.all(l, l in ["MIT", "Apache-2.0"])', true],
    ['image', 'image.findings.critical + image.findings.high > 2', true],
    ['image', '"team" in image.labels && image.labels["team"] == "payments"', true],
    ['image', 'has(image.labels.owner) && image.labels.owner == "me"', false],
    ['image', 'image.places.exists(p, p.registry == "prod" && p.tags.exists(t, t == "latest"))', true],
    ['image', 'image.base != null && image.base.references.exists(r, r.startsWith("hub/library/"))', true],
    ['image', 'image.checks.filter(c, c.status == "fail").size() == 1', true],
    ['image', '"CIS-DI-0001" in image.checks.map(c, c.id)', true],
    ['image', 'image.secrets.exists_one(s, s.layer > 2 && s.rule == "private-key")', true],
    ['image', 'image.labels.exists(name, name.contains("image.source"))', true],
    ['image', 'image.distro != null && image.distro.id == "debian" && double(image.size) / 1024.0 < 1000.0', true],
    ['image', 'image.ageDays != null && image.ageDays > 365 || !("release" in image.signatures)', false],
  ] as const) {
    test(`${text} is ${value}`, () => {
      expect(mistake(text, kind)).toBeUndefined()
      expect(evaluated(text, kind)).toEqual({ value })
    })
  }
})

describe('a mistake is found before anything is judged, with its place', () => {
  for (const [kind, text, offset, message] of [
    ['finding', '', 0, 'not an expression of CEL: unexpected end'],
    ['finding', 'finding.kev &&', 12, 'not an expression of CEL: unexpected "&"'],
    ['finding', 'package.name == "x"', 0, 'not an expression of CEL: reserved identifier (a package is called pkg)'],
    ['finding', 'finding.severity', 0, 'the expression has to be bool, and is string'],
    ['finding', 'image.size > 3', 0, 'unknown variable image, expected one of finding, pkg'],
    ['finding', 'finding.kef', 8, `unknown field kef of finding, expected one of ${Object.keys(finding).join(', ')}`],
    ['finding', 'finding.severity > 3', 17, '> does not take string and int'],
    [
      'finding',
      'finding.kev && finding.score > 7.0',
      15,
      'finding.score can be null: test finding.score != null first',
    ],
    ['finding', 'finding.severity != null', 17, 'finding.severity is never null'],
    ['finding', 'finding.severity == 1', 17, '== does not take string and int'],
    ['finding', 'finding.kev && 1', 15, 'each side of && has to be bool, and is int'],
    ['finding', 'finding.aliases.exists(a, a)', 26, 'each side of || has to be bool, and is string'],
    ['finding', 'finding.aliases.exists(pkg, true)', 0, 'pkg is a variable already: call this one otherwise'],
    [
      'finding',
      'finding.aliases.exists(a)',
      0,
      'exists() takes the name of a variable and an expression: list.exists(x, …)',
    ],
    ['finding', '[[1], [2]] == [[1]]', 0, 'a list cannot hold lists or maps'],
    ['finding', '{"a": 1}.a == 1', 0, 'maps and messages cannot be written in an expression'],
    ['finding', 'finding.severity.matches(pkg.name)', 0, 'matches() takes a pattern in quotes'],
    [
      'finding',
      'finding.severity.lower() == "x"',
      0,
      'unknown function lower(), expected one of size, int, double, string, timestamp, duration, contains, startsWith, endsWith, matches, all, exists, exists_one, filter, map',
    ],
    [
      'package',
      'now() > 3',
      0,
      'unknown function now(), expected one of size, int, double, string, timestamp, duration, contains, startsWith, endsWith, matches, all, exists, exists_one, filter, map',
    ],
    [
      'image',
      'image.size + 1.0 > 2.0',
      11,
      '+ does not take int and double: make one of them the other with double(…)',
    ],
    [
      'image',
      'image.labels["team"] == "x"',
      0,
      'image.labels["team"] can be missing: test "team" in image.labels first',
    ],
    ['image', 'image.labels.team == "x"', 0, 'image.labels.team can be missing: test has(image.labels.team) first'],
    ['image', 'image.base.digest == "x"', 0, 'image.base can be null: test image.base != null first'],
    ['image', 'image.checks == image.checks', 13, '== does not take list of object and list of object'],
    [
      'image',
      'image.findings in []',
      0,
      'image.findings is no value, expected one of image.findings.critical, image.findings.high, image.findings.medium, image.findings.low, image.findings.unknown, image.findings.fixable',
    ],
    ['image', 'has(image.base)', 4, 'has() is for labels: compare what can be null with null'],
  ] as const) {
    test(`${text || 'nothing'}: ${message}`, () => {
      expect(mistake(text, kind)).toEqual({ message, offset })
      expect(evaluated(text, kind)).toEqual({ error: message })
    })
  }
})

describe('what goes wrong while it is evaluated is an error in words', () => {
  for (const [text, error] of [
    ['image.places[7].registry == "prod"', /^index 7 out of bounds/],
    ['image.size / (image.size - image.size) == 1', 'int divide by zero'],
    ['image.labels["x"] == "y" || "x" in image.labels', 'field not found: x'],
    ['timestamp(image.digest) < timestamp("2026-01-01T00:00:00Z")', /^Failed to parse timestamp/],
    ['int(image.digest) == 1', /./],
  ] as const) {
    test(text, () => {
      expect(mistake(text, 'image')).toBeUndefined()
      expect(evaluated(text, 'image')).toEqual({ error: expect.stringMatching(error) })
    })
  }

  test('variables that are not of their types are named', () => {
    expect(evaluateExpression('finding.kev', 'finding', {})).toEqual({ error: 'finding.kev is not known' })
    expect(evaluateExpression('finding.kev', 'finding', { finding: { kev: 'yes' } })).toEqual({
      error: 'finding.kev is not known',
    })
    expect(evaluateExpression('finding.fixDays == null', 'finding', { finding: { fixDays: 1.5 } })).toEqual({
      value: false,
    })
  })
})

describe('what an expression may cost is limited', () => {
  const many = (count: number) => ({
    image: { ...image, signatures: Array.from({ length: count }, (_, at) => `s${at}`) },
  })
  const pairs = 'image.signatures.all(a, image.signatures.all(b, a != b || a == b))'

  for (const [what, text, message] of [
    ['a long text', `true${' && true'.repeat(300)}`, 'the expression is longer than 2000 characters'],
    ['brackets in brackets', `${'('.repeat(60)}true${')'.repeat(60)}`, 'at most 50 brackets in each other'],
    [
      'loops in loops in loops in loops',
      'image.signatures.all(a, image.signatures.all(b, image.signatures.all(c, image.signatures.all(d, a != d))))',
      'at most 3 loops in each other',
    ],
    [
      'loops over long lists',
      `[${'1,'.repeat(99)}1].all(a, [${'1,'.repeat(99)}1].all(b, [${'1,'.repeat(99)}1].all(c, a + b + c > 0)))`,
      'its loops turn 1010100 times or more, and may 20000 times',
    ],
    ['a long pattern', `image.digest.matches("${'a'.repeat(201)}")`, 'the pattern is longer than 200 characters'],
    [
      'a pattern that multiplies',
      'image.digest.matches("((a{20}){20}){20}")',
      "the pattern's counted repetitions come to more than 100",
    ],
    [
      'a pattern over all of Unicode',
      'image.digest.matches("(?i)[A-\\\\x{ffff}]")',
      'the pattern is not of ASCII alone, or has',
    ],
    ['a pattern with a flag', 'image.digest.matches("(?i)a")', 'the pattern is not of ASCII alone, or has'],
    ['no pattern', 'image.digest.matches("(a")', /^the pattern is not one of RE2/],
  ] as const) {
    test(`it is refused: ${what}`, () => {
      expect(mistake(text, 'image')?.message).toEqual(expect.stringMatching(message))
    })
  }

  test('loops over what an image has are counted while they turn', () => {
    expect(mistake(pairs, 'image')).toBeUndefined()
    expect(evaluated(pairs, 'image', many(100))).toEqual({ value: true })
    expect(evaluated(pairs, 'image', many(1000))).toEqual({ error: 'it took longer than the cost limit allows' })
  })

  test('an error inside of a loop does not hide that the limit was met', () => {
    const hidden = `true || ${pairs} || image.size > 0`
    expect(evaluated(hidden, 'image', many(1000))).toEqual({ value: true })
    expect(evaluated(`${pairs} || true`, 'image', many(1000))).toEqual({
      error: 'it took longer than the cost limit allows',
    })
  })

  test('a text that doubles with every turn comes to an end', () => {
    const doubling = `[image.digest]${'.map(x, x + x)'.repeat(60)}.size() == 1`
    expect(mistake(doubling, 'image')).toBeUndefined()
    expect(evaluated(doubling, 'image')).toEqual({ error: expect.stringMatching(/65536 characters/) })
  })

  test('a list that is built is bounded', () => {
    expect(evaluated('image.signatures.map(s, s + s).size() > 3', 'image', many(1000))).toEqual({ value: true })
    expect(evaluated('image.signatures.map(s, s + s).size() > 3', 'image', many(1001))).toEqual({
      error: expect.stringMatching(/more than 1000 elements/),
    })
  })

  test('patterns that take others for ever take time by the length of the text', () => {
    const nasty = 'image.labels.all(name, name.matches("^(((a+)+)+)+(x+x+)+y$") || name.size() >= 0)'
    const label = (characters: number) => ({ image: { ...image, labels: { ['a'.repeat(characters)]: '' } } })
    expect(evaluated(nasty, 'image', label(4096))).toEqual({ value: true })
    expect(evaluated(nasty, 'image', label(4_000_000))).toEqual({ error: 'it took longer than the cost limit allows' })
  })
})

describe('any text', () => {
  const kinds = ['finding', 'package', 'image'] as const
  const names = Object.entries(expressionVariables.image['image']?.fields ?? {}).map(([name]) => `image.${name}`)
  const word = fc.oneof(
    fc.constantFrom(
      ...names,
      'image',
      'x',
      'true',
      '1',
      '2.5',
      '"a"',
      'null',
      '[',
      ']',
      '(',
      ')',
      '{',
      '}',
      '.',
      ',',
      '?',
      ':',
    ),
    fc.constantFrom('==', '!=', '<', '+', '-', '%', '&&', '||', '!', ' in ', '.size()', '.all(x, ', '.map(x, ', 'has('),
    fc.string({ maxLength: 4 }),
  )
  const typed = fc.letrec<{ bool: string; int: string; string: string; list: string }>((tie) => ({
    int: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('image.size', 'image.findings.high', '0', '-3'),
      fc.tuple(tie('int'), fc.constantFrom('+', '-', '*', '/', '%'), tie('int')).map((of) => `(${of.join(' ')})`),
      fc.oneof(tie('list'), tie('string')).map((of) => `size(${of})`),
    ),
    string: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('image.digest', '"team"', '""'),
      fc.tuple(tie('string'), tie('string')).map(([one, other]) => `(${one} + ${other})`),
      fc.tuple(tie('list'), tie('int')).map(([list, at]) => `${list}[${at}]`),
      fc.tuple(tie('bool'), tie('string'), tie('string')).map(([is, one, other]) => `(${is} ? ${one} : ${other})`),
    ),
    list: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('image.signatures', 'image.places[0].tags', 'image.checks.map(c, c.id)'),
      fc.array(tie('string'), { maxLength: 3 }).map((elements) => `[${elements.join(', ')}]`),
      fc.tuple(tie('list'), tie('list')).map(([one, other]) => `(${one} + ${other})`),
      fc.tuple(tie('list'), tie('string')).map(([list, text]) => `${list}.map(x, x + ${text})`),
      fc.tuple(tie('list'), tie('string')).map(([list, text]) => `${list}.filter(x, x < ${text})`),
    ),
    bool: fc.oneof(
      { maxDepth: 4 },
      fc.tuple(tie('int'), fc.constantFrom('<', '>=', '=='), tie('int')).map((of) => `(${of.join(' ')})`),
      fc.tuple(tie('string'), tie('list')).map(([text, list]) => `(${text} in ${list})`),
      fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map((of) => `(${of.join(' ')})`),
      tie('bool').map((of) => `!${of}`),
      fc
        .tuple(tie('list'), fc.constantFrom('all', 'exists', 'exists_one'), tie('string'))
        .map(([list, macro, text]) => `${list}.${macro}(x, x.contains(${text}))`),
    ),
  }))

  test('is right, or has a mistake within it', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.constantFrom(...kinds), (words, kind) => {
        const text = words.join('')
        const { offset = 0, message } = mistake(text, kind) ?? {}
        expect(offset).toBeLessThanOrEqual(text.length)
        expect(message).not.toBe('')
        const result = evaluated(text, kind)
        expect(message === undefined || ('error' in result && result.error === message)).toBe(true)
      }),
    )
  })

  test('that is right in its types is true, false or one of the errors that data can cause', () => {
    const causes = /out of bounds|divide by zero|modul[ou]s? by zero|overflow|cost limit|more than/
    fc.assert(
      fc.property(typed.bool, (text) => {
        fc.pre(!mistake(text, 'image'))
        const result = evaluated(text, 'image')
        expect('error' in result ? result.error : 'cost limit').toMatch(causes)
      }),
      { numRuns: 150 },
    )
  })
})
