/** Bits a character, by how often each occurs in the text: 0 for `aaaa`, about 4.5 for 40 random letters and digits. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  let bits = 0
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length)
  return bits
}

/** A value that stands for another: `$TOKEN`, `${TOKEN}`, `{{ token }}`, `<token>`, `%(token)s`, `@token@`, `ENC(...)`, `vault:...`. */
export function isReference(value: string): boolean {
  return referenceStart.test(value) || referenceInside.test(value)
}

const referenceStart =
  /^(?:\\?\$|[<{[(]|%[{(]|@[\w.]+@$|[*&][A-Za-z_]\w*$|~\/|![A-Za-z]+$|enc\(|env[:.(]|process\.env|os\.|vault:|file:|ref\+|arn:|ssm:|secrets?[:.]|op:\/\/|null\b|undefined\b|(?:true|false|none|yes|no|on|off)$)/i
/** The bytes are those of an ellipsis: what was redacted already, and what was left out. */
const referenceInside = /\$\{|\$\(|\{\{|\}\}|<[a-z_ -]{1,40}>|\.\.\.|\xe2\x80\xa6|\*\*\*/i

const exampleWords =
  /example|sample|placeholder|change_?-?me|change_?-?it|replace|redacted|your[-_]?|insert|dummy|todo|fixme|lorem|foobar|xxxx|tiger|%20/i

/** What documentations and templates write in place of a secret. */
export function isExample(value: string): boolean {
  return exampleWords.test(value) || isSequence(value)
}

/** Digits and letters in a row, which people type where a machine would make others. In an image's own files it may be both. */
export function isTyped(value: string): boolean {
  return /0{8}|1{8}|a{8}|123456789|abcdefgh|deadbeef/i.test(value)
}

/** `0123456789abcdef`, `ABCDEFGH`, `aaaaaa`: half of the characters follow from the one before. */
function isSequence(value: string): boolean {
  let steps = 0
  for (let at = 1; at < value.length; at++) {
    const step = value.charCodeAt(at) - value.charCodeAt(at - 1)
    if (step === 0 || step === 1) steps++
  }
  return steps * 2 >= value.length
}

/** Least entropy of a token's random part, by what a place makes likely: random hex digits have 3.5 or more. */
export const tokenEntropy = { own: 2.5, published: 3.3 }

const commonWords =
  /^(?:pass(?:word|wd|phrase)?|pwd|pw|secret|token|admin|root|user(?:name)?|test(?:ing)?|guest|default|postgres|mysql|mariadb|redis|mongo|rabbitmq|minio|elastic|string|text|hidden|required|optional|prompt|basic|bearer|plain|md5|(?:scram-)?sha-?\d+|foo|bar|baz|qux|pass\d?|my[-_]?(?:pass(?:word)?|secret|token)|(?:user|db|the|a|some)[-_]?(?:pass(?:word)?|pwd|secret|token))$/i

/** A password that somebody chose, and no word of a template or of a program. */
export function isPassword(value: string): boolean {
  if (value.length < 6 || value.length > 200 || /[\s()]/.test(value)) return false
  if (isReference(value) || isExample(value) || commonWords.test(value)) return false
  return /[A-Za-z]/.test(value) && /[\d!@#$%^&*+~?]/.test(value) && entropyOf(value) >= 2
}

/** A key or token that a machine made. */
export function isRandomToken(value: string): boolean {
  if (value.length < 16 || !/^[\w+/=.~:-]+$/.test(value)) return false
  if (isReference(value) || isExample(value) || isTyped(value)) return false
  if (!/\d/.test(value) && !(value.length >= 32 && /[a-z]/.test(value) && /[A-Z]/.test(value))) return false
  return /[A-Za-z]/.test(value) && entropyOf(value) >= 3
}

export function isCommonWord(value: string): boolean {
  return commonWords.test(value)
}
