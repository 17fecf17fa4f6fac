import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'
import { digestOf } from '../image/digest.ts'
import type { Exception } from '../policy/exception.ts'
import type { Suppression } from '../policy/policy.ts'
import { openvex } from '../policy/imports/openvex.ts'
import { vexOfExceptions, vexOfReports, type VexDocument } from './openvex.ts'
import type { Report, ReportFinding } from './report.ts'

const ajv = new Ajv2020({ strict: false })
formats.default(ajv)
const schema = JSON.parse(
  readFileSync(new URL('../../../fixtures/schemas/openvex-0.2.0.json', import.meta.url), 'utf8'),
)
const isVex = ajv.compile(schema as object)

function expectValid(document: VexDocument): void {
  isVex(document)
  expect(isVex.errors ?? []).toEqual([])
}

const context = { author: 'security@example.com', at: '2026-05-01T12:00:00.000Z', engine: '0.1.0' }
const hostOf = (registry: string) => (registry === 'hub' ? 'registry.example:5000' : undefined)

function exception(id: string, given: Partial<Exception>): Exception {
  return {
    id,
    vulnerabilities: ['CVE-2026-1'],
    packages: [],
    checks: [],
    secrets: [],
    scopes: [],
    reason: 'never called',
    owner: 'team-web',
    from: '2026-05-01T00:00:00.000Z',
    until: '2026-07-01T00:00:00.000Z',
    approvedBy: 'security',
    by: 'exception',
    status: null,
    justification: null,
    ...given,
  }
}

const shop = { registries: ['hub'], repositories: ['shop/web'], tags: ['1.0'] }
const image = 'pkg:oci/web?repository_url=registry.example%3A5000%2Fshop%2Fweb&tag=1.0'

test('exceptions in force are a document that its schema allows', () => {
  const { document, leftOut } = vexOfExceptions(
    [
      exception('vex', {
        packages: ['pkg:npm/left-pad'],
        by: 'vex',
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
      }),
      exception('fixed', { packages: ['pkg:npm/right-pad'], by: 'vex', status: 'fixed', until: null }),
      exception('taken', { packages: ['pkg:deb/debian/openssl'], scopes: [shop] }),
      exception('reason', { scopes: [shop], status: 'not_affected', vulnerabilities: ['CVE-2026-2', 'CVE-2026-3'] }),
    ],
    context,
    hostOf,
  )
  expectValid(document)
  expect(leftOut).toEqual([])
  const of = (name: string, purl: string, subcomponents?: string[]) => ({
    vulnerability: { name },
    products: [
      {
        '@id': purl,
        identifiers: { purl },
        ...(subcomponents && { subcomponents: subcomponents.map((id) => ({ '@id': id, identifiers: { purl: id } })) }),
      },
    ],
  })
  expect(document).toEqual({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': expect.stringMatching(/^urn:tallyman:vex:[0-9a-f]{64}$/),
    author: context.author,
    timestamp: context.at,
    version: 1,
    tooling: 'tallyman 0.1.0',
    statements: [
      {
        ...of('CVE-2026-1', 'pkg:npm/left-pad'),
        status: 'not_affected',
        justification: 'vulnerable_code_not_in_execute_path',
        status_notes: 'never called',
      },
      { ...of('CVE-2026-1', 'pkg:npm/right-pad'), status: 'fixed', status_notes: 'never called' },
      {
        ...of('CVE-2026-1', image, ['pkg:deb/debian/openssl']),
        status: 'affected',
        action_statement: 'accepted by team-web until 2026-07-01T00:00:00.000Z: never called',
      },
      { ...of('CVE-2026-2', image), status: 'not_affected', impact_statement: 'never called' },
      { ...of('CVE-2026-3', image), status: 'not_affected', impact_statement: 'never called' },
    ],
  })
})

test('the same statements make the same document, in whatever order', () => {
  const [a, b] = [exception('a', { packages: ['pkg:npm/a'] }), exception('b', { packages: ['pkg:npm/b'] })]
  const idOf = (exceptions: Exception[], at: string) =>
    vexOfExceptions(exceptions, { ...context, at }, hostOf).document['@id']
  expect(idOf([a, b], context.at)).toBe(idOf([b, a], '2026-05-02T12:00:00.000Z'))
  expect(idOf([a], context.at)).not.toBe(idOf([b], context.at))
})

test('what names no product one by one is left out and named', () => {
  const { leftOut } = vexOfExceptions(
    [
      exception('sound', { packages: ['pkg:npm/a'] }),
      exception('everything', {}),
      exception('a-name', { packages: ['openssl'] }),
      exception('a-pattern', { scopes: [{ registries: ['hub'], repositories: ['shop/*'] }] }),
      exception('another-registry', { scopes: [{ registries: ['gone'], repositories: ['shop/web'] }] }),
      exception('a-check', { vulnerabilities: [], checks: ['CIS-DI-0001'] }),
      exception('one-of-two', { scopes: [shop, { labels: { team: 'web' } }] }),
    ],
    context,
    hostOf,
  )
  expect(leftOut).toEqual(['everything', 'a-name', 'a-pattern', 'another-registry', 'a-check', 'one-of-two'])
  expect(() => vexOfExceptions([exception('everything', {})], context, hostOf)).toThrow('no exception in force can be')
})

test('what is exported is imported again as it was', () => {
  const given = exception('a', { packages: ['pkg:npm/left-pad'], scopes: [shop], status: 'fixed', by: 'vex' })
  const { document } = vexOfExceptions([given], context, hostOf)
  const read = openvex.read(JSON.stringify(document), (host) => (host === 'registry.example:5000' ? 'hub' : undefined))
  expect(read).toMatchObject({
    taken: [{ vulnerabilities: ['CVE-2026-1'], packages: ['pkg:npm/left-pad'], scope: shop, reason: 'never called' }],
    dropped: [],
  })
})

test('an image’s suppressed findings are statements about that digest', () => {
  const finding = (vulnerability: string, suppressed: Suppression | null) =>
    ({
      vulnerability,
      aliases: [vulnerability, 'GHSA-a'],
      package: 'pkg:npm/a@1',
      suppressed,
    }) as unknown as ReportFinding
  const report = {
    image: { reference: 'registry.example:5000/shop/web:1.0', digest: digestOf('web') },
    findings: [
      finding('CVE-2026-1', { by: 'owner', reason: 'the distribution patches it', until: null }),
      finding('CVE-2026-2', { by: 'exception', reason: 'soon', until: '2026-07-01T00:00:00.000Z' }),
      finding('CVE-2026-3', null),
    ],
  } as unknown as Report
  const document = vexOfReports([report, report], context)
  expectValid(document)
  expect(document.statements).toMatchObject([
    {
      vulnerability: { name: 'CVE-2026-1', aliases: ['GHSA-a'] },
      products: [
        {
          '@id': `pkg:oci/web@${digestOf('web')}?repository_url=registry.example%3A5000%2Fshop%2Fweb`,
          subcomponents: [{ '@id': 'pkg:npm/a@1' }],
        },
      ],
      status: 'not_affected',
      impact_statement: 'the distribution patches it',
    },
    {
      vulnerability: { name: 'CVE-2026-2' },
      status: 'affected',
      action_statement: 'accepted until 2026-07-01T00:00:00.000Z: soon',
    },
  ])
  expect(() => vexOfReports([{ ...report, findings: [] }], context)).toThrow('no finding of the image is suppressed')
})
