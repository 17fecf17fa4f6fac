import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { parseXml, type XmlElement } from '../../../test/support/parse-xml.ts'
import {
  aCheck,
  anIndexReport,
  aPackage,
  aReport,
  digest,
  faultyReport,
  finding,
} from '../../../test/support/reports.ts'
import { ruleText } from '../benchmark/rules.ts'
import { junitOf } from './junit.ts'
import type { Report } from './report.ts'

const remedy =
  'Revoke it and issue a new one: whoever could pull the image may have it. Then build without it (a build secret instead of COPY, ARG or ENV) and push again; deleting it in a later layer leaves it in the layer below.'

test('shows what failed and why: rules of the policy, secrets, checks, findings, and what was not understood', () => {
  const key =
    'Private key in the file root/.ssh/id_rsa, line 3: -----BEGIN … (1675 characters); brought by layer 1, deleted in layer 2 and still to be read below it'
  const aws = 'AWS access key in the variable AWS_KEY: AKIA… (20 characters); brought by layer 2'
  const minimist = 'minimist 1.2.5 has CVE-2021-44906 (critical 9.8): Prototype pollution; it is known to be exploited'
  const user = ruleText('CIS-DI-0001')?.remedy
  expect(junitOf(faultyReport)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tallyman" tests="14" failures="5" errors="1" skipped="3">
<testsuite name="registry.example/team/app:1.4 (linux/amd64)" timestamp="2026-05-02T11:00:00Z" tests="14" failures="5" errors="1" skipped="3">
<properties>
<property name="digest" value="${digest}"/>
<property name="verdict" value="fail"/>
<property name="policy" value="default"/>
<property name="snapshot" value="12"/>
<property name="engine" value="0.1.0"/>
</properties>
<testcase classname="tallyman.linux-amd64.policy" name="default: fixable-high" time="0">
<failure message="2 vulnerabilities of high severity or worse" type="fail">2 vulnerabilities of high severity or worse</failure>
</testcase>
<testcase classname="tallyman.linux-amd64.policy" name="default: own-secrets" time="0">
<failure message="1 secret: private-key in root/.ssh/id_rsa" type="fail">1 secret: private-key in root/.ssh/id_rsa</failure>
</testcase>
<testcase classname="tallyman.linux-amd64.policy" name="default: incomplete" time="0">
<error message="not everything could be checked" type="inconclusive">not everything could be checked</error>
</testcase>
<testcase classname="tallyman.linux-amd64.policy" name="default: unfixable" time="0">
<system-out>1 vulnerability without a fix</system-out>
</testcase>
<testcase classname="tallyman.linux-amd64.policy" name="default: root" time="0">
<system-out>1 check fails: CIS-DI-0001</system-out>
</testcase>
<testcase classname="tallyman.linux-amd64.secret" name="private-key in the file root/.ssh/id_rsa, line 3" file="root/.ssh/id_rsa" time="0">
<failure message="${key}" type="high">${key}. ${remedy} It fails by the rule own-secrets.</failure>
</testcase>
<testcase classname="tallyman.linux-amd64.secret" name="aws-access-key in the variable AWS_KEY" time="0">
<system-out>${aws}. ${remedy}</system-out>
</testcase>
<testcase classname="tallyman.linux-amd64.check" name="CIS-DI-0001 Run as a user other than root" time="0">
<system-out>fails “Run as a user other than root”: the image starts as root (no USER). ${user} It is a warning by the rule root.</system-out>
</testcase>
<testcase classname="tallyman.linux-amd64.check" name="CIS-DI-0008 Do without setuid programs" time="0">
<skipped message="by the policy’s rule base-checks: fails “Do without setuid programs”: usr/bin/su (4755); usr/bin/mount (4755)"/>
</testcase>
<testcase classname="tallyman.linux-amd64.check" name="CIS-DI-0009 Copy instead of add" time="0">
<skipped message="by exception: unpacked on purpose"/>
</testcase>
<testcase classname="tallyman.linux-amd64.vulnerability" name="CVE-2021-44906 in pkg:npm/minimist@1.2.5" file="srv/a/node_modules/minimist/package.json" time="0">
<failure message="${minimist}" type="critical">${minimist}. Update minimist to 1.2.6 or later. It fails by the rule fixable-high.</failure>
</testcase>
<testcase classname="tallyman.linux-amd64.vulnerability" name="CVE-2026-1001 in pkg:deb/debian/openssl@3.0.15-1" file="var/lib/dpkg/status" time="0">
<failure message="openssl 3.0.15-1 has CVE-2026-1001 (high 7.5)" type="high">openssl 3.0.15-1 has CVE-2026-1001 (high 7.5). Rebuild on a base that has openssl 3.0.16-1 or later. It fails by the rule fixable-high.</failure>
</testcase>
<testcase classname="tallyman.linux-amd64.vulnerability" name="CVE-2026-1002 in pkg:deb/debian/openssl@3.0.15-1" file="var/lib/dpkg/status" time="0">
<system-out>openssl 3.0.15-1 has CVE-2026-1002 (not rated). No fixed version is known yet. It is a warning by the rule unfixable.</system-out>
</testcase>
<testcase classname="tallyman.linux-amd64.vulnerability" name="CVE-2026-1003 in pkg:deb/debian/openssl@3.0.15-1" file="var/lib/dpkg/status" time="0">
<skipped message="by exception until 2026-06-01T00:00:00Z: not reachable"/>
</testcase>
<system-out>Not understood:
layer 1, partial (FILE_TOO_LARGE: usr/lib/big.jar)
CIS-DI-0005 Sign images cannot be told from the image: the registry decides it</system-out>
</testsuite>
</testsuites>
`)
})

const suitesOf = (xml: string): readonly XmlElement[] => parseXml(xml).children
const casesOf = (report: Report): readonly XmlElement[] =>
  suitesOf(junitOf(report)).flatMap(({ children }) => children.filter(({ name }) => name === 'testcase'))

test('what only warns, and what no rule decides about, is said in tests that pass', () => {
  const reasons = [{ rule: 'unfixable', outcome: 'warn' as const, message: '1 vulnerability', findings: 1 }]
  const findings = [finding({ decision: { rule: 'unfixable', action: 'warn' } }), finding({ severity: 'low' })]
  const report = aReport({ findings, verdict: { outcome: 'warn', policy: 'default', reasons } })
  expect(parseXml(junitOf(report)).attributes).toMatchObject({ tests: '3', failures: '0', errors: '0', skipped: '0' })
  expect(casesOf(report).map(({ children }) => children)).toMatchObject([
    [{ name: 'system-out', text: '1 vulnerability' }],
    [
      {
        name: 'system-out',
        text: 'openssl 3.0.15-1 has CVE-2026-1001 (high 7.5). No fixed version is known yet. It is a warning by the rule unfixable.',
      },
    ],
    [
      {
        name: 'system-out',
        text: 'openssl 3.0.15-1 has CVE-2026-1001 (low 7.5). No fixed version is known yet.',
      },
    ],
  ])
})

test('a check that nobody can decide is a test of its own where a rule acts on that: an error, or what the rule says', () => {
  const undecidable = { id: 'CIS-DI-0005', title: 'Sign images', status: 'undecidable', evidence: ['no keys'] } as const
  const checks = (['inconclusive', 'fail', 'ignore'] as const).map((action) =>
    aCheck({ ...undecidable, decision: { rule: 'signed', action } }),
  )
  const message = 'CIS-DI-0005 Sign images cannot be told from the image: no keys'
  expect(casesOf(aReport({ checks: [...checks, aCheck(undecidable)] })).slice(1)).toMatchObject([
    { children: [{ name: 'error', attributes: { message, type: 'high' } }] },
    { children: [{ name: 'failure', attributes: { message, type: 'high' } }] },
  ])
})

test('a passing image is one test that passes', () => {
  expect(casesOf(aReport({}))).toEqual([
    {
      name: 'testcase',
      attributes: { classname: 'tallyman.linux-amd64.policy', name: 'default: verdict', time: '0' },
      children: [{ name: 'system-out', attributes: {}, children: [], text: 'pass by policy default' }],
      text: '\n\n',
    },
  ])
})

test('of a verdict that does not say what each reason makes of it, the first decides', () => {
  const reasons = ['worst', 'other'].map((rule) => ({ rule, message: rule, findings: 1 }))
  const cases = casesOf(aReport({ verdict: { outcome: 'inconclusive', policy: 'default', reasons } }))
  expect(cases.map(({ children }) => children[0]?.name)).toEqual(['error', 'system-out'])
})

test('has a suite for each platform, and an error for one without a verdict', () => {
  const arm64 = aReport({ image: { ...aReport({}).image, platform: 'linux/arm64' } })
  const index = anIndexReport([faultyReport, arm64])
  const xml = junitOf(index, [{ platform: 'linux/s390x', digest }])
  expect(parseXml(xml).attributes).toEqual({ name: 'tallyman', tests: '16', failures: '5', errors: '2', skipped: '3' })
  expect(
    suitesOf(xml).map(({ attributes: { name, tests, failures, errors } }) => [name, tests, failures, errors]),
  ).toEqual([
    ['registry.example/team/app:1.4 (linux/amd64)', '14', '5', '1'],
    ['registry.example/team/app:1.4 (linux/arm64)', '1', '0', '0'],
    ['registry.example/team/app:1.4 (linux/s390x)', '1', '0', '1'],
  ])
})

test('stays well-formed and loses no text, whatever names and messages say', () => {
  const word = string({ unit: 'binary', maxLength: 20 })
  assert(
    property(word, word, word, (name, path, message) => {
      const [found] = casesOf(
        aReport({
          packages: [aPackage({ purl: name, name, path })],
          findings: [finding({ package: name })],
          verdict: { outcome: 'fail', policy: 'default', reasons: [] },
          coverage: [{ subject: message, status: 'skipped' }],
        }),
      ).slice(1)
      const shown = (text: string) => text.replaceAll(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
      expect(found?.attributes).toMatchObject({ name: shown(`CVE-2026-1001 in ${name}`), file: shown(path) })
      expect(found?.children[0]?.text).toContain(shown(`${name} 3.0.15-1 has`))
    }),
  )
})

test('shows instead of a control character that XML cannot write that there was one', () => {
  const hostile = { by: 'vex' as const, reason: '</skipped>"&\u0000\u001B[2J\u{1F600}\uFFFF\n', until: null }
  const report = aReport({ findings: [finding({ state: 'suppressed', suppressed: hostile })] })
  expect(junitOf(report)).toContain(
    '<skipped message="by vex: &lt;/skipped&gt;&quot;&amp;\uFFFD\uFFFD[2J\u{1F600}\uFFFD&#10;"/>',
  )
})
