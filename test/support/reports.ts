import type {
  IndexReport,
  Report,
  ReportCheck,
  ReportFinding,
  ReportPackage,
  ReportSecret,
} from '../../src/core/report/report.ts'

export const digest = `sha256:${'a'.repeat(64)}` as const

export function aPackage(fields: Partial<ReportPackage>): ReportPackage {
  const { name = 'openssl', version = '3.0.15-1' } = fields
  return {
    purl: `pkg:deb/debian/${name}@${version}`,
    name,
    version,
    ecosystem: 'Debian:12',
    source: null,
    arch: 'amd64',
    cataloger: 'dpkg',
    path: 'var/lib/dpkg/status',
    layer: 0,
    fromBase: false,
    ownedBy: null,
    licenses: [],
    ...fields,
  }
}

/** Of openssl, unless it says otherwise. */
export function finding(fields: Partial<ReportFinding>): ReportFinding {
  return {
    vulnerability: 'CVE-2026-1001',
    advisory: 'DEBIAN-CVE-2026-1001',
    aliases: [],
    advisories: ['DEBIAN-CVE-2026-1001'],
    package: 'pkg:deb/debian/openssl@3.0.15-1',
    fixed: null,
    severity: 'high',
    score: 7.5,
    vector: null,
    ratings: [],
    published: null,
    summary: null,
    firstSeen: '2026-05-01T00:00:00Z',
    state: 'open',
    suppressed: null,
    layer: 0,
    fromBase: false,
    kev: false,
    epss: null,
    decision: null,
    ...fields,
  }
}

/** Of the user, failing, unless it says otherwise. */
export function aCheck(fields: Partial<ReportCheck>): ReportCheck {
  return {
    id: 'CIS-DI-0001',
    title: 'Run as a user other than root',
    level: 'high',
    status: 'fail',
    evidence: [],
    layer: null,
    fromBase: false,
    suppressed: null,
    decision: null,
    ...fields,
  }
}

/** A key in a file, unless it says otherwise. */
export function aSecret(fields: Partial<ReportSecret>): ReportSecret {
  return {
    rule: 'private-key',
    title: 'Private key',
    where: 'file',
    path: 'root/.ssh/id_rsa',
    line: null,
    layer: 1,
    deletedInLayer: null,
    redacted: '-----BEGIN … (1675 characters)',
    fromBase: false,
    suppressed: null,
    decision: null,
    ...fields,
  }
}

/** One package, nothing wrong with it. */
export function aReport(fields: Partial<Report>): Report {
  return {
    schema: 'tallyman.report/v1',
    image: {
      reference: 'registry.example/team/app:1.4',
      digest,
      platform: 'linux/amd64',
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      created: '2026-04-30T12:00:00Z',
      size: 34_120_000,
      distro: { id: 'debian', version: '12', ecosystem: 'Debian:12' },
      base: null,
      signatures: null,
      layers: [{ diffId: null, digest, size: 34_120_000, createdBy: null }],
    },
    packages: [aPackage({})],
    findings: [],
    checks: [],
    secrets: [],
    coverage: [{ subject: 'os', status: 'done' }],
    verdict: { outcome: 'pass', policy: 'default', reasons: [] },
    checkedAgainst: {
      snapshot: '12',
      feeds: [{ name: 'osv', fetched: '2026-05-02T09:00:00Z', advisories: 38_123 }],
      engine: '0.1.0',
      catalogers: { dpkg: 1 },
    },
    scannedAt: '2026-05-02T11:00:00Z',
    ...fields,
  }
}

export function anIndexReport(images: readonly Report[]): IndexReport {
  return {
    schema: 'tallyman.index-report/v1',
    digest,
    reference: 'registry.example/team/app:1.4',
    verdict: { outcome: 'fail', policy: 'default' },
    images,
  }
}

export const layerDigests = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}` as const)

/** An image on a base of one layer, with one fault of every kind and what could not be understood. */
export const faultyReport: Report = aReport({
  image: {
    ...aReport({}).image,
    base: { digest: `sha256:${'b'.repeat(64)}`, references: ['hub/debian:12'], layers: 1 },
    layers: layerDigests.map((each) => ({ diffId: null, digest: each, size: 1_000, createdBy: null })),
  },
  packages: [
    aPackage({ fromBase: true }),
    ...['srv/a/node_modules/minimist/package.json', 'srv/b c/minimist/package.json'].map((path) =>
      aPackage({ purl: 'pkg:npm/minimist@1.2.5', name: 'minimist', version: '1.2.5', layer: 1, path }),
    ),
  ],
  findings: [
    finding({
      vulnerability: 'CVE-2021-44906',
      package: 'pkg:npm/minimist@1.2.5',
      severity: 'critical',
      score: 9.8,
      fixed: '1.2.6',
      advisories: ['GHSA-xvch-5gv4-984h'],
      summary: 'Prototype pollution.',
      layer: 1,
      kev: true,
      epss: 0.5,
      decision: { rule: 'fixable-high', action: 'fail' },
    }),
    finding({ fromBase: true, fixed: '3.0.16-1', decision: { rule: 'fixable-high', action: 'fail' } }),
    finding({
      vulnerability: 'CVE-2026-1002',
      severity: 'unknown',
      score: null,
      fromBase: true,
      decision: { rule: 'unfixable', action: 'warn' },
    }),
    finding({
      vulnerability: 'CVE-2026-1003',
      fromBase: true,
      state: 'suppressed',
      suppressed: { by: 'exception', reason: 'not reachable', until: '2026-06-01T00:00:00Z' },
    }),
  ],
  checks: [
    aCheck({ evidence: ['the image starts as root (no USER)'], decision: { rule: 'root', action: 'warn' } }),
    aCheck({
      id: 'CIS-DI-0008',
      title: 'Do without setuid programs',
      level: 'low',
      evidence: ['usr/bin/su (4755)', 'usr/bin/mount (4755)'],
      layer: 0,
      fromBase: true,
      decision: { rule: 'base-checks', action: 'ignore' },
    }),
    aCheck({
      id: 'CIS-DI-0009',
      title: 'Copy instead of add',
      level: 'low',
      evidence: ['ADD app.tar.gz /srv'],
      layer: 1,
      suppressed: { by: 'exception', reason: 'unpacked on purpose', until: null },
    }),
    aCheck({ id: 'CIS-DI-0006', title: 'Have a health check', level: 'low', status: 'pass' }),
    aCheck({
      id: 'CIS-DI-0005',
      title: 'Sign images',
      level: 'medium',
      status: 'undecidable',
      evidence: ['the registry decides it'],
    }),
  ],
  secrets: [
    aSecret({ line: 3, deletedInLayer: 2, decision: { rule: 'own-secrets', action: 'fail' } }),
    aSecret({
      rule: 'aws-access-key',
      title: 'AWS access key',
      where: 'env',
      path: 'AWS_KEY',
      layer: 2,
      redacted: 'AKIA… (20 characters)',
    }),
  ],
  coverage: [
    { subject: 'os', status: 'done' },
    { subject: 'layer 1', status: 'partial', reason: 'FILE_TOO_LARGE', detail: 'usr/lib/big.jar' },
  ],
  verdict: {
    outcome: 'fail',
    policy: 'default',
    reasons: [
      { rule: 'fixable-high', outcome: 'fail', message: '2 vulnerabilities of high severity or worse', findings: 2 },
      { rule: 'own-secrets', outcome: 'fail', message: '1 secret: private-key in root/.ssh/id_rsa', findings: 1 },
      { rule: 'incomplete', outcome: 'inconclusive', message: 'not everything could be checked', findings: 1 },
      { rule: 'unfixable', outcome: 'warn', message: '1 vulnerability without a fix', findings: 1 },
      { rule: 'root', outcome: 'warn', message: '1 check fails: CIS-DI-0001', findings: 1 },
    ],
  },
})
