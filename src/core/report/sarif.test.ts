import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import {
  aCheck,
  anIndexReport,
  aPackage,
  aReport,
  digest,
  faultyReport,
  finding,
  layerDigests,
} from '../../../test/support/reports.ts'
import { ruleText } from '../benchmark/rules.ts'
import type { Report } from './report.ts'
import { sarifOf } from './sarif.ts'

const fixture = new URL('../../../fixtures/schemas/sarif-schema-2.1.0.json', import.meta.url)
// It calls itself draft 4, of which it uses nothing that draft 7 changed but the name of its own id.
const { $schema: _draft, id: _id, ...schema } = JSON.parse(readFileSync(fixture, 'utf8')) as Record<string, unknown>
const ajv = new Ajv({ strict: false })
formats.default(ajv)
const accepts = ajv.compile(schema)

/** What of a log the tests look at. */
interface Log {
  readonly runs: readonly Run[]
}
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly Rule[] } }
  readonly automationDetails: { readonly id: string }
  readonly invocations: readonly {
    readonly executionSuccessful: boolean
    readonly toolExecutionNotifications: object[]
  }[]
  readonly results: readonly Result[]
}
interface Rule {
  readonly id: string
  readonly helpUri?: string
  readonly properties: Readonly<Record<string, unknown>>
}
interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly {
    readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } }
  }[]
  readonly partialFingerprints: Readonly<Record<string, string>>
  readonly suppressions: readonly object[]
}

const runOf = (report: Report): Run => (sarifOf(report) as Log).runs[0] as Run

test('is a log of one run with the finding, where it lies, the verdict and what was not understood', () => {
  const { image, packages, findings, coverage, verdict } = faultyReport
  const report = aReport({ image, packages, findings: findings.slice(0, 1), coverage, verdict })
  const file = (uri: string) => ({
    physicalLocation: { artifactLocation: { uri, uriBaseId: 'IMAGE' }, region: { startLine: 1 } },
    logicalLocations: [
      { fullyQualifiedName: 'pkg:npm/minimist@1.2.5', kind: 'package' },
      { name: 'layer 1', fullyQualifiedName: layerDigests[1], kind: 'layer' },
      { fullyQualifiedName: `registry.example/team/app@${digest}`, kind: 'image' },
    ],
  })
  expect(sarifOf(report)).toEqual({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'tallyman',
            version: '0.1.0',
            rules: [
              {
                id: 'CVE-2021-44906',
                shortDescription: { text: 'Prototype pollution.' },
                fullDescription: { text: 'Prototype pollution.' },
                help: { text: 'Prototype pollution.\n\nRecords: GHSA-xvch-5gv4-984h' },
                helpUri: 'https://www.cve.org/CVERecord?id=CVE-2021-44906',
                defaultConfiguration: { level: 'error' },
                properties: { tags: ['security', 'vulnerability', 'critical'], 'security-severity': '9.8' },
              },
            ],
          },
        },
        automationDetails: {
          id: 'tallyman/registry.example/team/app/linux/amd64/',
          description: { text: 'The image registry.example/team/app:1.4 for linux/amd64' },
        },
        originalUriBaseIds: { IMAGE: { description: { text: 'The root of the image’s file system' } } },
        columnKind: 'utf16CodeUnits',
        invocations: [
          {
            executionSuccessful: true,
            endTimeUtc: '2026-05-02T11:00:00Z',
            toolExecutionNotifications: [
              {
                level: 'error',
                descriptor: { id: 'fixable-high' },
                message: { text: '2 vulnerabilities of high severity or worse' },
              },
              {
                level: 'error',
                descriptor: { id: 'own-secrets' },
                message: { text: '1 secret: private-key in root/.ssh/id_rsa' },
              },
              {
                level: 'error',
                descriptor: { id: 'incomplete' },
                message: { text: 'not everything could be checked' },
              },
              {
                level: 'warning',
                descriptor: { id: 'unfixable' },
                message: { text: '1 vulnerability without a fix' },
              },
              { level: 'warning', descriptor: { id: 'root' }, message: { text: '1 check fails: CIS-DI-0001' } },
              {
                level: 'warning',
                descriptor: { id: 'FILE_TOO_LARGE' },
                message: { text: 'layer 1, partial (FILE_TOO_LARGE: usr/lib/big.jar)' },
              },
            ],
          },
        ],
        results: [
          {
            ruleId: 'CVE-2021-44906',
            ruleIndex: 0,
            level: 'error',
            message: {
              text: 'minimist 1.2.5 has CVE-2021-44906 (critical 9.8): Prototype pollution; it is known to be exploited. Update minimist to 1.2.6 or later. It fails by the rule fixable-high.',
            },
            locations: [file('srv/a/node_modules/minimist/package.json'), file('srv/b%20c/minimist/package.json')],
            partialFingerprints: {
              'tallyman/v1': '6d5363cb909f5259:1',
              primaryLocationLineHash: '6d5363cb909f5259:1',
            },
            suppressions: [],
            properties: {
              severity: 'critical',
              score: 9.8,
              decision: { rule: 'fixable-high', action: 'fail' },
              platform: 'linux/amd64',
              layer: 1,
              fromBase: false,
              package: 'pkg:npm/minimist@1.2.5',
              fixed: '1.2.6',
              advisories: ['GHSA-xvch-5gv4-984h'],
              kev: true,
              epss: 0.5,
              firstSeen: '2026-05-01T00:00:00Z',
            },
          },
        ],
        properties: {
          image: 'registry.example/team/app:1.4',
          digest,
          platform: 'linux/amd64',
          base: `sha256:${'b'.repeat(64)}`,
          verdict,
          snapshot: '12',
        },
      },
    ],
    properties: { image: 'registry.example/team/app:1.4', digest, verdict: { outcome: 'fail', policy: 'default' } },
  })
})

test('has secrets, failing checks and findings as results, each with its rule once', () => {
  const { tool, results } = runOf(faultyReport)
  const { rules } = tool.driver
  expect(rules.map(({ id, properties }) => [id, properties['security-severity']])).toEqual([
    ['secret/private-key', '8.0'],
    ['secret/aws-access-key', '8.0'],
    ['CIS-DI-0001', '8.0'],
    ['CIS-DI-0008', '2.0'],
    ['CIS-DI-0009', '2.0'],
    ['CVE-2021-44906', '9.8'],
    ['CVE-2026-1001', '7.5'],
    ['CVE-2026-1002', undefined],
    ['CVE-2026-1003', '7.5'],
  ])
  const shown = results.map(({ ruleId, ruleIndex, level, message, locations, suppressions }) => {
    const [location] = locations
    expect(rules[ruleIndex]?.id).toBe(ruleId)
    return [level, message.text, location?.physicalLocation.artifactLocation.uri, suppressions.length]
  })
  expect(shown).toEqual([
    [
      'error',
      'Private key in the file root/.ssh/id_rsa, line 3: -----BEGIN … (1675 characters); brought by layer 1, deleted in layer 2 and still to be read below it. It fails by the rule own-secrets.',
      'root/.ssh/id_rsa',
      0,
    ],
    [
      'error',
      'AWS access key in the variable AWS_KEY: AKIA… (20 characters); brought by layer 2',
      'registry.example/team/app',
      0,
    ],
    [
      'error',
      'fails “Run as a user other than root”: the image starts as root (no USER). It is a warning by the rule root.',
      'registry.example/team/app',
      0,
    ],
    [
      'note',
      'fails “Do without setuid programs”: usr/bin/su (4755); usr/bin/mount (4755). It is ignored by the rule base-checks.',
      'registry.example/team/app',
      1,
    ],
    ['note', 'fails “Copy instead of add”: ADD app.tar.gz /srv', 'registry.example/team/app', 1],
    [
      'error',
      'minimist 1.2.5 has CVE-2021-44906 (critical 9.8): Prototype pollution; it is known to be exploited. Update minimist to 1.2.6 or later. It fails by the rule fixable-high.',
      'srv/a/node_modules/minimist/package.json',
      0,
    ],
    [
      'error',
      'openssl 3.0.15-1 has CVE-2026-1001 (high 7.5). Rebuild on a base that has openssl 3.0.16-1 or later. It fails by the rule fixable-high.',
      'var/lib/dpkg/status',
      0,
    ],
    [
      'warning',
      'openssl 3.0.15-1 has CVE-2026-1002 (not rated). No fixed version is known yet. It is a warning by the rule unfixable.',
      'var/lib/dpkg/status',
      0,
    ],
    [
      'error',
      'openssl 3.0.15-1 has CVE-2026-1003 (high 7.5). No fixed version is known yet.',
      'var/lib/dpkg/status',
      1,
    ],
  ])
  expect(results[3]?.suppressions).toEqual([
    {
      kind: 'external',
      status: 'accepted',
      justification: 'ignored by the rule base-checks',
      properties: { by: 'policy', until: null },
    },
  ])
  expect(results.at(-1)?.suppressions).toEqual([
    {
      kind: 'external',
      status: 'accepted',
      justification: 'not reachable',
      properties: { by: 'exception', until: '2026-06-01T00:00:00Z' },
    },
  ])
})

test('says of a check why it matters and what to do, as the catalogue does', () => {
  const { rationale, remedy } = ruleText('CIS-DI-0001')!
  const checks = [aCheck({}), aCheck({ id: 'TM-9999', title: 'Known to a later version' })]
  expect(runOf(aReport({ checks })).tool.driver.rules).toMatchObject([
    {
      fullDescription: { text: rationale },
      help: { text: `Run as a user other than root\n\n${rationale}\n\n${remedy}` },
    },
    { fullDescription: { text: 'Known to a later version' }, help: { text: 'Known to a later version' } },
  ])
})

test.each([
  ['CVE-2026-1001', [], 'https://www.cve.org/CVERecord?id=CVE-2026-1001'],
  ['GHSA-xvch-5gv4-984h', [], 'https://osv.dev/vulnerability/GHSA-xvch-5gv4-984h'],
  ['ACME-2026-1', ['ACME-2026-1', 'RUSTSEC-2026-0001'], 'https://osv.dev/vulnerability/RUSTSEC-2026-0001'],
  ['ACME-2026-1', ['ACME-2026-1'], undefined],
  ['CVE-2026-1?x=https://evil.example', ['GHSAx', 'GO'], undefined],
  ['GO-2026-0001/../..?x', [], 'https://osv.dev/vulnerability/GO-2026-0001%2F..%2F..%3Fx'],
])('sends the reader of %s, known as %j, to %s', (vulnerability, advisories, page) => {
  const [rule] = runOf(aReport({ findings: [finding({ vulnerability, advisories })] })).tool.driver.rules
  expect(rule?.helpUri).toBe(page)
})

test('validates against the official schema', () => {
  accepts(sarifOf(faultyReport))
  expect(accepts.errors).toBeNull()
  expect(accepts({ ...sarifOf(faultyReport), version: '2.0.0' })).toBe(false)
})

test('has a run for each platform, told apart by its id, and one that failed for a platform without a verdict', () => {
  const arm64 = aReport({ image: { ...aReport({}).image, platform: 'linux/arm64' } })
  const index = anIndexReport([faultyReport, arm64])
  const log = sarifOf(index, [{ platform: 'linux/s390x', digest }])
  accepts(log)
  expect(accepts.errors).toBeNull()
  const { runs } = log as Log
  expect(
    runs.map(({ automationDetails, invocations, results }) => [
      automationDetails.id,
      invocations[0]?.executionSuccessful,
      results.length,
    ]),
  ).toEqual([
    ['tallyman/registry.example/team/app/linux/amd64/', true, 9],
    ['tallyman/registry.example/team/app/linux/arm64/', true, 0],
    ['tallyman/registry.example/team/app/linux/s390x/', false, 0],
  ])
  expect(runs[2]?.invocations[0]?.toolExecutionNotifications).toEqual([
    {
      level: 'error',
      descriptor: { id: 'NOT_SCANNED' },
      message: { text: `linux/s390x (${digest}) has no verdict yet` },
    },
  ])
})

test('no results of an image that could not be understood are not those of a clean one', () => {
  const { coverage } = faultyReport
  const [invocation] = runOf(
    aReport({ coverage, verdict: { outcome: 'inconclusive', policy: 'default', reasons: [] } }),
  ).invocations
  expect(invocation).toMatchObject({
    executionSuccessful: false,
    toolExecutionNotifications: [{ level: 'error', descriptor: { id: 'FILE_TOO_LARGE' } }],
  })
})

const prints = (report: Report) =>
  runOf(report).results.map(({ partialFingerprints }) => partialFingerprints['tallyman/v1'])

test('knows a fault again in the next build: by package and place, not by version, digest, tag or line', () => {
  const { image, packages, findings, secrets } = faultyReport
  const purl = (text: string) => text.replace('@3.0.15-1', '@3.0.17-1?arch=amd64&distro=debian-13')
  const next: Report = {
    ...faultyReport,
    image: { ...image, reference: 'registry.example/team/app:1.5', digest: `sha256:${'c'.repeat(64)}` },
    packages: packages.map((each) => ({ ...each, purl: purl(each.purl), layer: 0 })),
    findings: findings.map((each) => ({ ...each, package: purl(each.package), severity: 'low' })),
    secrets: secrets.map((each) => ({ ...each, line: each.line === null ? null : each.line + 1 })),
  }
  expect(prints(next)).toEqual(prints(faultyReport))
  expect(new Set(prints(next)).size).toBe(9)
})

test('tells two versions of a package in one place apart', () => {
  const versions = ['1.0.0', '2.0.0'].map((version) => {
    return aPackage({ purl: `pkg:npm/%40a/b@${version}`, name: '@a/b', version, path: 'package-lock.json' })
  })
  const report = aReport({ packages: versions, findings: versions.map(({ purl }) => finding({ package: purl })) })
  const [first = '', second] = prints(report)
  expect(second).toBe(first.replace(/:1$/, ':2'))
})

test.each([
  ['srv/my app/ü.jar!/a#b?c.jar', 'srv/my%20app/%C3%BC.jar!/a%23b%3Fc.jar'],
  ['c:/windows', 'c%3A/windows'],
  ['//evil.example/x', 'evil.example/x'],
  ['../../etc/passwd', 'etc/passwd'],
  ['%2e%2e/x', '%252e%252e/x'],
  ['a\u0000\n\uD800b', 'a%00%0A%EF%BF%BDb'],
  ['..', '%2F'],
])('writes the path %j as the relative URI %s', (path, uri) => {
  const report = aReport({ packages: [aPackage({ path })], findings: [finding({})] })
  expect(runOf(report).results[0]?.locations[0]?.physicalLocation.artifactLocation.uri).toBe(uri)
})

test.each([
  ['registry.example:5000/team/app:1.4', 'registry.example:5000/team/app'],
  [`hub/team/app@${digest}`, 'hub/team/app'],
  [`registry.example:5000/team/app:1.4@${digest}`, 'registry.example:5000/team/app'],
  [digest, digest],
  ['../build/app:latest', 'build/app'],
  ['/home/ci/app.tar', 'home/ci/app.tar'],
])('names the run of %s so that the next build’s has the same name', (reference, name) => {
  const { automationDetails } = runOf(aReport({ image: { ...aReport({}).image, reference } }))
  expect(automationDetails.id).toBe(`tallyman/${name}/linux/amd64/`)
})

test('does not let a name from an image become a link or an argument of a message', () => {
  const hostile = aPackage({ purl: 'pkg:npm/x@1', name: '[free](https://evil.example) {0}', version: '1' })
  const report = aReport({ packages: [hostile], findings: [finding({ package: 'pkg:npm/x@1' })] })
  expect(runOf(report).results[0]?.message.text).toMatch(/^\[free\] \(https:\/\/evil\.example\) \{\{0\}\} 1 has CVE/)
})

test('leaves out places beyond what services take', () => {
  const packages = Array.from({ length: 150 }, (_, index) => aPackage({ path: `srv/${index}/package.json` }))
  expect(runOf(aReport({ packages, findings: [finding({})] })).results[0]?.locations).toHaveLength(100)
})

test('stays valid whatever names and paths say', () => {
  const word = string({ unit: 'binary', maxLength: 20 })
  assert(
    property(word, word, word, word, (name, path, reference, id) => {
      const hostile = aPackage({ purl: name, name, version: path, path })
      const report = aReport({
        image: { ...aReport({}).image, reference },
        packages: [hostile],
        findings: [finding({ package: name, vulnerability: id, summary: path })],
        coverage: [{ subject: name, status: 'skipped', detail: path }],
      })
      accepts(JSON.parse(JSON.stringify(sarifOf(report))))
      expect(accepts.errors).toBeNull()
    }),
  )
})
