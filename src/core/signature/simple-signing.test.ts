import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { keyPair, payloadOf, signatureOf } from '../../../test/support/signatures.ts'
import { digestOf } from '../image/digest.ts'
import { parseManifest } from '../image/manifest.ts'
import { signatureAnnotation, verifySimpleSigning } from './simple-signing.ts'
import { trustedKey } from './trusted-key.ts'

const image = digestOf('an image')
const [release, stranger] = [keyPair(), keyPair()]
const keys = [trustedKey('release', release.publicKey), trustedKey('ci', keyPair('ed25519').publicKey)]
const verified = (payload: Buffer, signature = signatureOf(payload, release)) =>
  verifySimpleSigning(payload, signature, image, keys)

test('the payload of an image that a trusted key signed is its signature', () => {
  expect(verified(payloadOf(image))).toEqual({ by: ['release'] })
})

describe('what cosign wrote is the signature of the image', () => {
  const file = (name: string) => readFileSync(new URL(`../../../fixtures/signatures/${name}`, import.meta.url))
  const manifest = parseManifest(file('cosign-2.4.1/manifest.json'), '')
  const signatures =
    manifest.kind === 'index' ? [] : manifest.layers.map(({ annotations = {} }) => annotations[signatureAnnotation])
  const signed = 'sha256:b758ada06e7dd6240f917ab41e6cb0cb858ee4e16b60d39b8da8a2e489803a52'

  test.each(['p256', 'p384', 'rsa', 'ed25519'])('with a key of kind %s', (kind) => {
    const key = [trustedKey(kind, file(`${kind}.pub`).toString())]
    const found = signatures.map((signature) =>
      verifySimpleSigning(file('cosign-2.4.1/payload.json'), signature, signed, key),
    )
    expect(found.filter((each) => 'by' in each && each.by.length > 0)).toEqual([{ by: [kind] }])
    expect(found.filter((each) => 'problem' in each)).toEqual([])
  })
})

test('a signature by somebody else is none, whatever the payload is', () => {
  expect(verified(payloadOf(image), signatureOf(payloadOf(image), stranger))).toEqual({ by: [] })
  expect(verified(Buffer.from('{'), signatureOf(Buffer.from('{'), stranger))).toEqual({ by: [] })
})

test('a payload that was changed after it was signed is not signed', () => {
  const signature = signatureOf(payloadOf(digestOf('another image')), release)
  expect(verified(payloadOf(image), signature)).toEqual({ by: [] })
})

describe('what a trusted key signed is refused with the reason', () => {
  const critical = (value: unknown) => Buffer.from(JSON.stringify({ critical: value }))
  const notCosign = 'what is signed is not a payload of cosign'
  test.each([
    ['for another image', payloadOf(digestOf('another image')), 'it is the signature of another image'],
    ['of another type', payloadOf(image, 'atomic container signature'), 'is not the signature of an image by its type'],
    ['not JSON', Buffer.from('{'), notCosign],
    ['null', Buffer.from('null'), notCosign],
    ['a list', Buffer.from('[]'), notCosign],
    ['without its parts', critical({}), notCosign],
    ['with parts of other types', critical({ type: 1, image: { 'docker-manifest-digest': [image] } }), notCosign],
    ['with a list of images', critical({ type: 'cosign container image signature', image: [image] }), notCosign],
    ['without a digest', critical({ type: 'cosign container image signature', image: {} }), 'of another image'],
  ])('%s', (_, payload, problem) => {
    expect(verified(payload)).toEqual({ problem: expect.stringContaining(problem) })
  })
})

test.each([
  ['none', undefined, 'no annotation'],
  ['an empty one', '', 'not base64'],
  ['no base64', 'MEUCIQ==!', 'not base64'],
  ['an endless one', 'A'.repeat(1_000_000), 'not base64'],
])('a signature that is %s is a problem', (_, signature, problem) => {
  const found = verifySimpleSigning(payloadOf(image), signature, image, keys)
  expect(found).toEqual({ problem: expect.stringContaining(problem) })
})
