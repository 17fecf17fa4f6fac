import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { keyPair, signatureOf } from '../../../test/support/signatures.ts'
import { keysFingerprint, signersOf, trustedKey } from './trusted-key.ts'

const bytes = Buffer.from('what is signed')

describe('a signature is one of the key that made it alone', () => {
  test.each([
    ['P-256', 'sha256'],
    ['P-384', 'sha256'],
    ['P-384', 'sha384'],
    ['P-521', 'sha512'],
    ['ed25519', ''],
    ['rsa', 'sha256'],
  ] as const)('%s %s', (kind, hash) => {
    const [own, other] = [keyPair(kind), keyPair(kind)]
    const keys = [trustedKey('own', own.publicKey), trustedKey('other', other.publicKey)]
    const signature = Buffer.from(signatureOf(bytes, own, hash), 'base64')
    expect(signersOf(bytes, signature, keys)).toEqual(['own'])
    expect(signersOf(Buffer.from('something else'), signature, keys)).toEqual([])
  })

  test('what is no signature at all is none of any kind of key', () => {
    const keys = (['P-256', 'P-384', 'ed25519', 'rsa'] as const).map((kind) =>
      trustedKey(kind, keyPair(kind).publicKey),
    )
    for (const odd of [
      Buffer.alloc(0),
      Buffer.alloc(64),
      Buffer.alloc(256, 0xff),
      Buffer.from('3006020100020100', 'hex'),
    ])
      expect(signersOf(bytes, odd, keys)).toEqual([])
  })
})

describe('a key that cannot be used is refused with the reason', () => {
  const spki = (pair: { publicKey: { export(options: object): unknown } }) =>
    String(pair.publicKey.export({ type: 'spki', format: 'pem' }))
  const { privateKey, publicKey } = keyPair()
  test.each([
    ['no PEM', 'release', 'is not one PEM public key'],
    ['a private key', String(privateKey.export({ type: 'pkcs8', format: 'pem' })), 'is a private key'],
    ['two keys', publicKey + publicKey, 'is not one PEM public key'],
    ['too much', publicKey + 'x'.repeat(20_000), 'is not one PEM public key'],
    [
      'damaged base64',
      '-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n',
      'is not a public key that can be read',
    ],
    ['a short RSA key', spki(generateKeyPairSync('rsa', { modulusLength: 1024 })), 'is an RSA key of 1024 bits'],
    ['another curve', spki(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })), 'is a key of kind secp256k1'],
    ['another kind', spki(generateKeyPairSync('x25519')), 'is a key of kind x25519'],
  ])('%s', (_, pem, message) => {
    expect(() => trustedKey('release', pem)).toThrow(message)
  })
})

test('the fingerprint follows names and keys, whatever their order', () => {
  const [one, two] = [keyPair().publicKey, keyPair('ed25519').publicKey]
  const fingerprint = keysFingerprint([trustedKey('a', one), trustedKey('b', two)])
  expect(keysFingerprint([trustedKey('b', two), trustedKey('a', one)])).toBe(fingerprint)
  expect(keysFingerprint([trustedKey('a', two), trustedKey('b', one)])).not.toBe(fingerprint)
  expect(keysFingerprint([trustedKey('a', one)])).not.toBe(fingerprint)
})
