import { expect, test } from 'vitest'
import {
  aCheck,
  anIndexReport,
  aPackage,
  aReport,
  digest,
  faultyReport,
  finding,
} from '../../../test/support/reports.ts'
import { ruleText } from '../../core/benchmark/rules.ts'
import type { ReportFinding } from '../../core/report/report.ts'
import { renderReport, type ReportView } from './report-table.ts'

const view: ReportView = { paint: (_style, text) => text, now: new Date('2026-05-02T12:00:00Z') }

test('says of which feeds the data is stale', () => {
  const feeds = [
    { name: 'osv', fetched: '2026-04-24T12:00:00Z', advisories: 38_123 },
    { name: 'in-house', fetched: '2026-05-02T09:00:00Z', advisories: 3 },
    { name: 'eol', fetched: '2026-04-01T12:00:00Z', advisories: 0 },
  ]
  const text = renderReport(aReport({ checkedAgainst: { ...aReport({}).checkedAgainst, feeds } }), view)
  expect(text).toContain('osv of 8 days ago with 38,123 advisories')
  expect(text).toContain(
    'Stale: what was published since is not in this report\n  - osv was last read 8 days ago (tallyman feed status)\n\n',
  )
  expect(renderReport(aReport({}), view)).not.toContain('Stale')
})

const failing = aReport({
  packages: [
    aPackage({}),
    aPackage({ name: 'zlib1g', version: '1:1.2.13' }),
    aPackage({
      purl: 'pkg:npm/minimist@1.2.5',
      name: 'minimist',
      version: '1.2.5',
      layer: 2,
      path: 'srv/a/package.json',
    }),
    aPackage({
      purl: 'pkg:npm/minimist@1.2.5',
      name: 'minimist',
      version: '1.2.5',
      layer: 2,
      path: 'srv/b/package.json',
    }),
  ],
  findings: [
    finding({ vulnerability: 'CVE-2026-1002', package: 'pkg:deb/debian/zlib1g@1:1.2.13', severity: 'low', score: 3.1 }),
    finding({ fixed: '3.0.16-1', decision: { rule: 'fixable-high', action: 'fail' } }),
    finding({ vulnerability: 'CVE-2026-1004', severity: 'critical', decision: { rule: 'unfixable', action: 'warn' } }),
    finding({
      vulnerability: 'CVE-2021-44906',
      package: 'pkg:npm/minimist@1.2.5',
      severity: 'critical',
      score: 9.8,
      fixed: '1.2.6',
      decision: { rule: 'fixable-high', action: 'fail' },
    }),
    finding({
      vulnerability: 'CVE-2026-1003',
      state: 'suppressed',
      suppressed: { by: 'owner', reason: 'dpkg owns the file', until: null },
    }),
  ],
  checks: [
    aCheck({ evidence: ['no USER'] }),
    aCheck({ id: 'CIS-DI-0006', title: 'Have a health check', level: 'low', status: 'pass' }),
  ],
  coverage: [
    { subject: 'os', status: 'done' },
    { subject: 'layer 1', status: 'partial', reason: 'FILE_TOO_LARGE', detail: 'usr/lib/big.jar' },
  ],
  verdict: {
    outcome: 'fail',
    policy: 'default',
    reasons: [
      { rule: 'fixable-high', message: '2 vulnerabilities of high severity or worse, all with a fix', findings: 2 },
    ],
  },
})

test('shows a failing image from its name to what to do about it', () => {
  expect(renderReport(failing, view)).toBe(`\
registry.example/team/app:1.4 (linux/amd64)
digest    ${digest}
distro    debian 12 (Debian:12)
content   4 packages, 34.1 MB in 1 layer, built 2 days ago
policy    default
snapshot  12: osv of 3 hours ago with 38,123 advisories

DECISION  SEVERITY  VULNERABILITY   PACKAGE   INSTALLED  FIXED IN  BY RULE       WHERE
fail      critical  CVE-2021-44906  minimist  1.2.5      1.2.6     fixable-high  layer 2 srv/a/package.json and 1 other place
fail      high      CVE-2026-1001   openssl   3.0.15-1   3.0.16-1  fixable-high  layer 0 var/lib/dpkg/status
warn      critical  CVE-2026-1004   openssl   3.0.15-1   -         unfixable     layer 0 var/lib/dpkg/status
-         low       CVE-2026-1002   zlib1g    1:1.2.13   -                       layer 0 var/lib/dpkg/status

Suppressed (shown, not counted)
  - 1 by owner (dpkg owns the file): CVE-2026-1003 in openssl

Checks that fail
  - high CIS-DI-0001 Run as a user other than root
      no USER
      what to do: ${ruleText('CIS-DI-0001')?.remedy}

Not understood
  - layer 1, partial (FILE_TOO_LARGE: usr/lib/big.jar)

4 findings: 2 critical, 1 high, 1 low; 2 with a fix; 1 suppressed
FAIL by policy default
  - 2 vulnerabilities of high severity or worse, all with a fix (fixable-high)
Next: update minimist and openssl to the fixed versions, rebuild and push.
`)
})

test('shows secrets, checks worst first, and of each what was seen, where, and what to do', () => {
  const { checks, secrets, image } = faultyReport
  const seen = ['a', 'b', 'c', 'd', 'e'].map((name) => `usr/bin/${name} (4755)`)
  const turned = checks.map((each) => (each.id === 'CIS-DI-0008' ? { ...each, evidence: seen } : each)).toReversed()
  const text = renderReport(aReport({ image, checks: turned, secrets }), view)
  expect(text).toContain(`
snapshot  12: osv of 3 hours ago with 38,123 advisories

Suppressed (shown, not counted)
  - 1 by exception (unpacked on purpose): CIS-DI-0009

Secrets
  - Private key (private-key) in the file root/.ssh/id_rsa, line 3 → fail (own-secrets)
      -----BEGIN … (1675 characters); brought by layer 1, deleted in layer 2 and still to be read below it
  - AWS access key (aws-access-key) in the variable AWS_KEY
      AKIA… (20 characters); brought by layer 2
  what to do: Revoke it and issue a new one: whoever could pull the image may have it. Then build without it (a build secret instead of COPY, ARG or ENV) and push again; deleting it in a later layer leaves it in the layer below.

Checks that fail
  - high CIS-DI-0001 Run as a user other than root → warn (root)
      the image starts as root (no USER)
      what to do: ${ruleText('CIS-DI-0001')?.remedy}
  - low CIS-DI-0008 Do without setuid programs (layer 0, from the base) → ignore (base-checks)
      usr/bin/a (4755)
      usr/bin/b (4755)
      usr/bin/c (4755)
      and 2 more
      what to do: ${ruleText('CIS-DI-0008')?.remedy}
  1 check that an image cannot show: CIS-DI-0005

no open findings
PASS by policy default
`)
})

test('checks that make it fail come first, also those that nobody can decide', () => {
  const checks = [
    aCheck({ id: 'TM-9001', level: 'critical', title: 'No rule is about it' }),
    aCheck({ id: 'TM-9002', level: 'low', title: 'Warned of', decision: { rule: 'some', action: 'warn' } }),
    aCheck({
      id: 'TM-9003',
      level: 'low',
      status: 'undecidable',
      title: 'Asked of every image',
      evidence: ['no build history'],
      decision: { rule: 'strict', action: 'fail' },
    }),
    aCheck({ id: 'TM-9004', status: 'undecidable', decision: { rule: 'some', action: 'ignore' } }),
  ]
  expect(renderReport(aReport({ checks }), view)).toContain(`
Checks that fail
  - low TM-9003 Asked of every image, which the image cannot show → fail (strict)
      no build history
  - low TM-9002 Warned of → warn (some)
  - critical TM-9001 No rule is about it
  1 check that an image cannot show: TM-9004
`)
})

test('names what an image cannot show, also where no check fails', () => {
  const checks = ['CIS-DI-0005', 'CIS-DI-0009'].map((id) => aCheck({ id, status: 'undecidable' }))
  expect(renderReport(aReport({ checks }), view)).toContain(`
Checks
  2 checks that an image cannot show: CIS-DI-0005, CIS-DI-0009

no open findings
`)
})

test('says of suppressed findings how many each reason speaks for, and names the first', () => {
  const headers = { by: 'indirect' as const, reason: 'headers only', until: null }
  const excepted = { by: 'exception' as const, reason: 'not reachable', until: '2026-06-01T00:00:00Z' }
  const findings = Array.from({ length: 1_007 }, (_, index) =>
    finding({
      vulnerability: `CVE-2026-${index + 1}`,
      state: 'suppressed',
      suppressed: index === 2 ? excepted : headers,
    }),
  )
  expect(renderReport(aReport({ findings }), view)).toContain(`
Suppressed (shown, not counted)
  - 1,006 by indirect (headers only): CVE-2026-1 in openssl, CVE-2026-2 in openssl, CVE-2026-4 in openssl, CVE-2026-5 in openssl, CVE-2026-6 in openssl and 1,001 more
  - 1 by exception until 2026-06-01T00:00:00Z (not reachable): CVE-2026-3 in openssl

no open findings; 1,007 suppressed
`)
})

const onABase = (findings: readonly ReportFinding[], references = ['hub/debian:12']) =>
  aReport({
    ...failing,
    image: { ...aReport({}).image, base: { digest, references, layers: 2 } },
    findings,
  })

test('says which image it is built on, and whose the findings are', () => {
  const text = renderReport(onABase(failing.findings.map((each) => ({ ...each, fromBase: each.fixed === null }))), view)
  expect(text).toContain(`
digest    ${digest}
base      hub/debian:12 (2 layers)
distro    debian 12 (Debian:12)
`)
  expect(text).toContain(`
4 findings: 2 critical, 1 high, 1 low; 2 with a fix; 1 suppressed
2 from the base, 2 ours
FAIL by policy default
`)
  expect(text).toContain('Next: update minimist and openssl to the fixed versions, rebuild and push.\n')
})

test('asks for a newer base where all that can be fixed comes with it', () => {
  const ours = finding({ package: 'pkg:npm/minimist@1.2.5' })
  const theirs = finding({ fixed: '3.0.16-1', fromBase: true })
  expect(renderReport(onABase([ours, theirs]), view)).toContain(
    'Next: rebuild on a newer base: openssl comes with hub/debian:12.\n',
  )
  const both = [theirs, finding({ package: 'pkg:deb/debian/zlib1g@1:1.2.13', fixed: '2', fromBase: true })]
  expect(renderReport(onABase(both, []), view)).toContain(
    `Next: rebuild on a newer base: openssl and zlib1g come with ${digest}.\n`,
  )
})

test('leaves the last column out where the terminal is too narrow for it, and counts what --limit leaves out', () => {
  const text = renderReport(failing, { ...view, width: 80, limit: 1 })
  expect(text).toContain(`
DECISION  SEVERITY  VULNERABILITY   PACKAGE   INSTALLED  FIXED IN
fail      critical  CVE-2021-44906  minimist  1.2.5      1.2.6
and 3 more findings, left out by --limit
`)
})

test('shows a passing image without a table', () => {
  expect(renderReport(aReport({}), view)).toBe(`\
registry.example/team/app:1.4 (linux/amd64)
digest    ${digest}
distro    debian 12 (Debian:12)
content   1 package, 34.1 MB in 1 layer, built 2 days ago
policy    default
snapshot  12: osv of 3 hours ago with 38,123 advisories

no open findings
PASS by policy default
`)
})

test('says that nothing was matched where there is no feed, and how to get one', () => {
  const text = renderReport(
    aReport({
      checkedAgainst: { snapshot: 'none', feeds: [], engine: '0.1.0', catalogers: {} },
      verdict: { outcome: 'inconclusive', policy: 'default', reasons: [] },
    }),
    view,
  )
  expect(text).toContain('snapshot  none: nothing was matched\n')
  expect(text).toContain(
    'INCONCLUSIVE by policy default\nNext: give it vulnerability data, by `tallyman feed sync` or `--feed DIR`.\n',
  )
})

test('shows every platform of an index, and the worst of them', () => {
  const arm64 = aReport({ image: { ...aReport({}).image, platform: 'linux/arm64' } })
  const index = anIndexReport([failing, arm64])
  expect(renderReport(index, view)).toBe(`\
${renderReport(failing, view)}
${renderReport(arm64, view)}
FAIL by policy default: the worst of 2 platforms
  - linux/amd64: fail
  - linux/arm64: pass
`)
})

test('shows control characters of names and paths, instead of obeying them', () => {
  const hostile = 'pkg:npm/x@1'
  const text = renderReport(
    aReport({
      packages: [aPackage({ purl: hostile, name: 'x\u001B[2J', version: '1\r\n2', path: 'a\u202Eb' })],
      findings: [finding({ package: hostile })],
      checks: faultyReport.checks.map((each) => ({ ...each, evidence: ['seen\u001B[2J'] })),
      secrets: faultyReport.secrets.map((each) => ({ ...each, path: 'a\u001B[2J', redacted: '\u009B' })),
    }),
    view,
  )
  expect(text).toContain(
    '-         high      CVE-2026-1001  x\\u001b[2J  1\\u000d\\u000a2  -                  layer 0 a\\u202eb\n',
  )
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u202E]/)
})
