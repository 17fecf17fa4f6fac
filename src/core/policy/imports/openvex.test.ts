import { expect, test } from 'vitest'
import { openvex } from './openvex.ts'

const named = (host: string) => (host === 'registry.example:5000' ? 'hub' : undefined)
const image = 'pkg:oci/web?repository_url=registry.example%3A5000/shop/web&tag=1.0'

function read(statements: readonly object[]) {
  const head = {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'a',
    author: 'b',
    timestamp: '2026-01-01T00:00:00Z',
  }
  return openvex.read(JSON.stringify({ ...head, version: 1, statements }), named)
}

test('takes statements that a package or an image’s package is not affected, or fixed', () => {
  const { taken, dropped } = read([
    {
      vulnerability: { name: 'CVE-2026-1', aliases: ['GHSA-aaaa-bbbb-cccc'] },
      products: [{ '@id': 'pkg:npm/left-pad@1.0.0' }],
      status: 'not_affected',
      justification: 'vulnerable_code_not_in_execute_path',
      impact_statement: 'never called',
    },
    {
      vulnerability: { name: 'CVE-2026-2' },
      products: [{ '@id': image, subcomponents: [{ '@id': 'pkg:apk/alpine/musl' }] }, { '@id': image }],
      status: 'fixed',
      status_notes: 'patched',
    },
    {
      vulnerability: 'CVE-2026-3',
      products: ['pkg:npm/a'],
      status: 'not_affected',
      justification: 'component_not_present',
    },
  ])
  expect(dropped).toEqual([])
  expect(taken).toEqual([
    {
      what: 'statement 1: CVE-2026-1 in pkg:npm/left-pad@1.0.0',
      vulnerabilities: ['CVE-2026-1', 'GHSA-aaaa-bbbb-cccc'],
      packages: ['pkg:npm/left-pad@1.0.0'],
      reason: 'never called',
      vex: { status: 'not_affected', justification: 'vulnerable_code_not_in_execute_path' },
    },
    {
      what: `statement 2: CVE-2026-2 in ${image}`,
      vulnerabilities: ['CVE-2026-2'],
      packages: ['pkg:apk/alpine/musl'],
      scope: { registries: ['hub'], repositories: ['shop/web'], tags: ['1.0'] },
      reason: 'patched',
      vex: { status: 'fixed', justification: null },
    },
    {
      what: `statement 2: CVE-2026-2 in ${image}`,
      vulnerabilities: ['CVE-2026-2'],
      scope: { registries: ['hub'], repositories: ['shop/web'], tags: ['1.0'] },
      reason: 'patched',
      vex: { status: 'fixed', justification: null },
    },
    {
      what: 'statement 3: CVE-2026-3 in pkg:npm/a',
      vulnerabilities: ['CVE-2026-3'],
      packages: ['pkg:npm/a'],
      reason: 'component not present',
      vex: { status: 'not_affected', justification: 'component_not_present' },
    },
  ])
})

test('the latest statement about a product counts, whatever their order', () => {
  const about = { vulnerability: { name: 'CVE-2026-1' }, products: [{ '@id': 'pkg:npm/a' }] }
  const { taken, dropped } = read([
    { ...about, status: 'affected', timestamp: '2026-03-01T00:00:00Z' },
    { ...about, status: 'not_affected', justification: 'component_not_present', timestamp: '2026-02-01T00:00:00Z' },
  ])
  expect(taken).toEqual([])
  expect(dropped.map(({ why }) => why)).toEqual([
    'a later statement about the same replaces it',
    'it says that the product is affected: that is a finding',
  ])
})

test('a statement about one image by its digest is about that image alone', () => {
  const digest = `sha256:${'a'.repeat(64)}`
  const { taken, dropped } = read([
    {
      vulnerability: { name: 'CVE-2026-1' },
      status: 'not_affected',
      products: [`pkg:oci/web@${encodeURIComponent(digest)}?repository_url=registry.example%3A5000/shop/web`],
    },
  ])
  expect([taken.map(({ scope }) => scope), dropped]).toEqual([[{ digests: [digest] }], []])
})

test('says what it does not take', () => {
  const not = { vulnerability: { name: 'CVE-2026-1' }, status: 'not_affected' }
  const { taken, dropped } = read([
    { ...not, status: 'under_investigation', products: ['pkg:npm/a'] },
    { ...not, status: 'fine', products: ['pkg:npm/a'] },
    { ...not, products: [] },
    { ...not, vulnerability: {}, products: ['pkg:npm/a'] },
    { ...not, products: ['https://example.com/product'] },
    { ...not, products: ['pkg:oci/web?repository_url=elsewhere.example/shop/web'] },
    { ...not, products: ['pkg:oci/web@1.5'] },
    { ...not, products: [{ '@id': 'pkg:npm/a', subcomponents: [{ '@id': 'pkg:npm/b' }] }] },
  ])
  expect(taken).toEqual([])
  expect(dropped.map(({ why }) => why).toSorted()).toEqual(
    [
      'it is under investigation: until then it is a finding',
      'the status fine is not known',
      'it names no product',
      'it names no vulnerability',
      'its product is no purl',
      'its product lies in no declared registry (repository_url of the purl)',
      'the version of its product is no digest',
      'it is about a part of a package, and tallyman knows packages whole',
    ].toSorted(),
  )
  expect(() => openvex.read('{"@context":"https://cyclonedx.org"}', named)).toThrow('with an @context of OpenVEX')
})
