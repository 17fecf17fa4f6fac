import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { bundleOf, keyPair, type BundleSpec } from '../../../test/support/signatures.ts'
import { digestOf } from '../image/digest.ts'
import { verifyBundle } from './sigstore-bundle.ts'
import { trustedKey } from './trusted-key.ts'

const image = digestOf('an image')
const release = keyPair()
const keys = [trustedKey('release', release.publicKey), trustedKey('ci', keyPair('rsa').publicKey)]
const verified = (bundle: Buffer) => verifyBundle(bundle, image, keys)
const changed = (change: (bundle: { dsseEnvelope: Record<string, unknown> }) => void) => {
  const bundle = JSON.parse(bundleOf(image, release).toString())
  change(bundle)
  return Buffer.from(JSON.stringify(bundle))
}

test('the statement that an image is signed, signed by a trusted key, is its signature', () => {
  expect(verified(bundleOf(image, release))).toEqual({ by: ['release'] })
  expect(verified(bundleOf(image, release, { statementType: 'https://in-toto.io/Statement/v0.1' }))).toEqual({
    by: ['release'],
  })
})

describe('what cosign wrote', () => {
  const file = (name: string) => readFileSync(new URL(`../../../fixtures/signatures/${name}`, import.meta.url))
  const signed = 'sha256:4d7686c3db21e14765fe0be8364da55e5d75c8328fafaad26871220c57d1f3aa'
  const kinds = ['p256', 'p384', 'rsa', 'ed25519']
  const all = kinds.map((kind) => trustedKey(kind, file(`${kind}.pub`).toString()))

  test.each(['p256', 'p384', 'rsa'])('is the signature of the image, with a key of kind %s', (kind) => {
    const bundle = file(`cosign-3.0.2/${kind}.json`)
    expect(verifyBundle(bundle, signed, all)).toEqual({ by: [kind] })
    const others = all.filter(({ name }) => name !== kind)
    expect(verifyBundle(bundle, signed, others)).toEqual({ by: [] })
  })

  test('with an Ed25519 key is said not to be understood', () => {
    expect(verifyBundle(file('cosign-3.0.2/ed25519.json'), signed, all)).toEqual({
      problem: expect.stringMatching(/^it names the key ed25519, with which it does not verify; Ed25519ph/),
    })
  })
})

test('by somebody else it is none', () => {
  expect(verified(bundleOf(image, keyPair()))).toEqual({ by: [] })
})

test('another statement about the image is no signature of it: it may say that it is bad', () => {
  const predicateType = 'https://cosign.sigstore.dev/attestation/vuln/v1'
  expect(verified(bundleOf(image, release, { predicateType }))).toEqual({ by: [] })
})

test('payload and its type are both signed', () => {
  const payload = Buffer.from('{}').toString('base64')
  expect(verified(changed(({ dsseEnvelope }) => Object.assign(dsseEnvelope, { payload })))).toEqual({ by: [] })
  expect(verified(changed(({ dsseEnvelope }) => Object.assign(dsseEnvelope, { payloadType: 'text/plain' })))).toEqual({
    by: [],
  })
})

describe('what a trusted key signed is refused with the reason', () => {
  test.each<[string, BundleSpec, string]>([
    ['another payload', { payloadType: 'text/plain' }, 'is not a statement'],
    ['another kind of statement', { statementType: 'https://example.com/v9' }, 'statement._type: is neither'],
  ])('%s', (_, spec, problem) => {
    expect(verified(bundleOf(image, release, spec))).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('another image', () => {
    expect(verified(bundleOf(digestOf('another'), release))).toEqual({
      problem: 'it is the signature of another image',
    })
  })
})

describe('what is no bundle is a problem', () => {
  const extra = (fields: Record<string, unknown>) => bundleOf(image, release, { extra: fields })
  const envelope = (fields: Record<string, unknown>) =>
    changed(({ dsseEnvelope }) => Object.assign(dsseEnvelope, fields))
  test.each([
    ['no JSON', Buffer.from('<bundle/>'), 'not JSON'],
    ['a list', Buffer.from('[]'), 'must be an object'],
    ['of an older version', extra({ mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.2' }), 'mediaType'],
    ['of a file', extra({ dsseEnvelope: null, messageSignature: { signature: 'AAAA' } }), 'signs a file'],
    ['with a list for an envelope', extra({ dsseEnvelope: [] }), 'must be an object'],
    ['with text for signatures', envelope({ signatures: 'AAAA' }), 'must be a list'],
    ['with null for a signature', envelope({ signatures: [null] }), 'must be an object'],
    ['with a number for a signature', envelope({ signatures: [{ sig: 1 }] }), 'not base64'],
    ['with a payload that is no base64', envelope({ payload: '%%%' }), 'not base64'],
    ['with a number for a type', envelope({ payloadType: 1 }), 'must be text'],
    [
      'with endless signatures',
      envelope({ signatures: Array.from({ length: 100_000 }, () => ({ sig: 'AAAA' })) }),
      'more than the limit',
    ],
    ['with an endless payload', envelope({ payload: 'A'.repeat(2_000_000) }), 'not base64'],
  ])('%s', (_, bundle, problem) => {
    expect(verified(bundle)).toEqual({ problem: expect.stringContaining(problem) })
  })

  test('without any signature it is nobody’s', () => {
    expect(verified(envelope({ signatures: [] }))).toEqual({ by: [] })
  })
})
