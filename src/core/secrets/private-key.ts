/** What is between the armour of a PEM or OpenSSH key. `plain` is false where a passphrase protects it. */
export interface ArmouredKey {
  readonly isPlain: boolean
  /** True where it begins like a key: the armour can be around anything. */
  readonly isStructured: boolean
  readonly bytes: number
}

/**
 * Reads what follows `-----BEGIN … PRIVATE KEY-----` up to the end of the armour: lines of base64, also as one string with
 * `\n` in it (JSON, variables). undefined where it is no base64, or too little for a key: a placeholder.
 */
export function readArmour(body: string): ArmouredKey | undefined {
  const isPlain = !/Proc-Type: ?4, ?ENCRYPTED/.test(body)
  const base64 = body
    .replace(/^[A-Za-z-]+: [^\n]*$/gm, '')
    .replace(/\\+[nrt]/g, '')
    // Strings that are joined in a source.
    .replace(/["'`][\s+.,;]{0,100}\n\s{0,100}["'`]/g, '')
    .replace(/[\s"',]/g, '')
  if (base64.length < leastBase64 || !/^[A-Za-z0-9+/]+={0,2}(?:=[A-Za-z0-9+/]{4})?$/.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  // A sequence of one character is no key.
  if (new Set(base64).size < 12) return undefined
  return { isPlain: isPlain && !isOpensshEncrypted(bytes), isStructured: isKey(bytes), bytes: bytes.length }
}

/** An Ed25519 key in PKCS #8 has 48 bytes; nothing is shorter. */
const leastBase64 = 60

const opensshMagic = 'openssh-key-v1\0'

/** PROTOCOL.key of OpenSSH: the cipher's name comes first, as a string with its length. */
function isOpensshEncrypted(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, opensshMagic.length) !== opensshMagic) return false
  return bytes.toString('latin1', opensshMagic.length + 4, opensshMagic.length + 8) !== 'none'
}

/**
 * DER: a SEQUENCE that is as long as the rest and begins with a version (RFC 8017 A.1.2, RFC 5208, RFC 5915); an OpenPGP
 * secret key packet (RFC 9580 5.5.1.3).
 */
function isKey(bytes: Buffer): boolean {
  if (bytes.toString('latin1', 0, opensshMagic.length) === opensshMagic) return true
  if (bytes[0] === 0x30) {
    const long = bytes[1]! & 0x80 ? bytes[1]! & 0x7f : 0
    if (long > 3) return false
    const length = long === 0 ? bytes[1]! : bytes.readUIntBE(2, long)
    const at = 2 + long
    return at + length === bytes.length && bytes[at] === 0x02 && bytes[at + 1] === 0x01
  }
  const tag = bytes[0]! & 0x40 ? bytes[0]! & 0x3f : (bytes[0]! & 0x3c) >> 2
  return (bytes[0]! & 0x80) !== 0 && (tag === 5 || tag === 7)
}
