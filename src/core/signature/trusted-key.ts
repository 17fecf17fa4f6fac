import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { TallymanError } from '../../errors.ts'
import { digestOf } from '../image/digest.ts'

/** A public key of the configuration: policies ask for it by its name. */
export interface TrustedKey {
  readonly name: string
  readonly key: KeyObject
  /** What is signed is hashed with one of these; null where the kind of key has its own (Ed25519). */
  readonly hashes: readonly (string | null)[]
}

/** Shorter ones are no longer trusted (NIST SP 800-131A); longer ones make verifying a way to keep us busy. */
const rsaBits = { least: 2_048, most: 8_192 }
/** A PEM file with one key of the longest kind has 2 KB. */
const maxPemLength = 16 * 1024

/** Curves by their names in OpenSSL. Signers have hashed with SHA-256 whatever the curve, newer ones with what goes with it. */
const hashesOfCurve: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ['sha256'],
  secp384r1: ['sha384', 'sha256'],
  secp521r1: ['sha512', 'sha256'],
}

/** CONFIG_INVALID, saying what is wrong with the text, unless it is one PEM public key (SPKI) of a supported kind. */
export function trustedKey(name: string, pem: string): TrustedKey {
  const key = publicKeyOf(pem)
  return { name, key, hashes: hashesOf(key) }
}

function publicKeyOf(pem: string): KeyObject {
  if (pem.includes('PRIVATE KEY-----')) throw invalid('is a private key, which has no place here; give its public key')
  if (pem.length > maxPemLength || pem.split('-----BEGIN ').length !== 2 || !pem.includes('-----BEGIN PUBLIC KEY-----'))
    throw invalid('is not one PEM public key ("-----BEGIN PUBLIC KEY-----"); certificates are not supported')
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new TallymanError(
      'CONFIG_INVALID',
      `is not a public key that can be read: ${(cause as Error).message}`,
      {},
      { cause },
    )
  }
}

function hashesOf({ asymmetricKeyType: kind, asymmetricKeyDetails: details = {} }: KeyObject): TrustedKey['hashes'] {
  if (kind === 'ed25519') return [null]
  if (kind === 'rsa') {
    const { modulusLength: bits = 0 } = details
    if (bits < rsaBits.least || bits > rsaBits.most)
      throw invalid(`is an RSA key of ${bits} bits; ${rsaBits.least} to ${rsaBits.most} are accepted`)
    return ['sha256']
  }
  const hashes = kind === 'ec' && hashesOfCurve[details.namedCurve ?? '']
  if (hashes) return hashes
  throw invalid(
    `is a key of kind ${details.namedCurve ?? kind}; ECDSA (P-256, P-384, P-521), Ed25519 and RSA are supported`,
  )
}

function invalid(problem: string): TallymanError {
  return new TallymanError('CONFIG_INVALID', problem)
}

/** Names of the keys with which `signature` is one of `bytes`. */
export function signersOf(bytes: Buffer, signature: Buffer, keys: readonly TrustedKey[]): readonly string[] {
  return keys.filter((key) => isSignature(bytes, signature, key)).map(({ name }) => name)
}

/** ECDSA in DER, RSA by PKCS #1 v1.5: as cosign and what speaks its formats write them. */
function isSignature(bytes: Buffer, signature: Buffer, { key, hashes }: TrustedKey): boolean {
  return hashes.some((hash) => {
    try {
      return verify(hash, bytes, key, signature)
    } catch {
      return false // not of the form that signatures with this kind of key have
    }
  })
}

/** The key that cosign's hint in a bundle names, which is a claim. */
export function keyOfHint(hint: string, keys: readonly TrustedKey[]): TrustedKey | undefined {
  const digest = `sha256:${Buffer.from(hint, 'base64').toString('hex')}`
  return keys.find((key) => idOf(key) === digest)
}

const idOf = ({ key }: TrustedKey): string => digestOf(key.export({ type: 'spki', format: 'der' }))

/** Raise it when the same keys would be found to have signed other images. */
const verifierVersion = 1

/** Changes when an answer to who signed an image has to be found anew: with the keys, their names, and how we look. */
export function keysFingerprint(keys: readonly TrustedKey[]): string {
  const lines = keys.map((key) => `${key.name} ${idOf(key)}`)
  return digestOf([`version ${verifierVersion}`, ...lines.sort()].join('\n')).slice('sha256:'.length)
}
