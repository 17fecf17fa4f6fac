import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { TallymanError } from '../../errors.ts'

/**
 * WEBHOOK_UNAUTHORIZED unless `Authorization` carries one of the secrets: as it stands, behind `Bearer `, or as the
 * password or the whole `user:password` of Basic. A secret may be configured with or without `Bearer `.
 */
export function requireAuthorization(headers: IncomingHttpHeaders, secrets: readonly string[]): void {
  const usable = usableSecrets(secrets)
  const presented = header(headers, 'authorization')
  if (presented === undefined) throw unauthorized('the notification has no Authorization header')
  const candidates = credentialsIn(presented)
  const fits = usable.some((secret) => candidates.some((candidate) => secretsEqual(candidate, withoutBearer(secret))))
  if (!fits) throw unauthorized('the Authorization header fits none of the webhook secrets of this registry')
}

/**
 * WEBHOOK_UNAUTHORIZED unless the header `name` is `sha256=` and the hex HMAC-SHA256 of `signed`, under one of the
 * secrets, over exactly these bytes.
 */
export function requireSignature(
  headers: IncomingHttpHeaders,
  name: string,
  signed: readonly Uint8Array[],
  secrets: readonly string[],
): void {
  const usable = usableSecrets(secrets)
  const presented = header(headers, name)
  if (presented === undefined) throw unauthorized(`the notification has no ${name} header`)
  const hex = /^sha256=(?<hex>[0-9a-f]{64})$/i.exec(presented)?.groups?.['hex']
  if (hex === undefined) throw unauthorized(`the ${name} header is not sha256= and 64 hex digits`)
  const signature = Buffer.from(hex, 'hex')
  const fits = usable.some((secret) => timingSafeEqual(hmac(secret, signed), signature))
  if (!fits) throw unauthorized(`the ${name} header fits none of the webhook secrets of this registry`)
}

/** A header that was sent once and is not blank. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()]
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}

export function unauthorized(message: string): TallymanError {
  return new TallymanError('WEBHOOK_UNAUTHORIZED', message)
}

/** A blank secret would make a missing credential valid, so it counts as none; without any nobody gets in. */
function usableSecrets(secrets: readonly string[]): readonly string[] {
  const usable = secrets.filter((secret) => withoutBearer(secret) !== '')
  if (usable.length === 0) throw unauthorized('this registry has no webhook secret: configure one')
  return usable
}

function withoutBearer(credential: string): string {
  return credential.trim().replace(/^bearer(\s+|$)/i, '')
}

function credentialsIn(authorization: string): readonly string[] {
  const basic = /^basic\s+(?<encoded>\S+)$/i.exec(authorization)?.groups?.['encoded']
  if (basic === undefined) return [withoutBearer(authorization)]
  const userAndPassword = Buffer.from(basic, 'base64').toString('utf8')
  // The user ends at the first colon, the password may hold more of them (RFC 7617 section 2).
  const password = userAndPassword.slice(userAndPassword.indexOf(':') + 1)
  return [authorization, userAndPassword, password]
}

/** Hashing first makes the buffers equally long, so that not even the secret's length shows in the time taken. */
function secretsEqual(presented: string, secret: string): boolean {
  return timingSafeEqual(sha256(presented), sha256(secret))
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function hmac(secret: string, signed: readonly Uint8Array[]): Buffer {
  const mac = createHmac('sha256', secret)
  for (const bytes of signed) mac.update(bytes)
  return mac.digest()
}
