/**
 * What one thing that lies beside an image as its signature comes to: names of the trusted keys that it proves to have signed
 * the image (none: it is somebody else's, or about something else), or why it was not understood.
 */
export type Signed = { readonly by: readonly string[] } | { readonly problem: string }

/** By none of the keys: most signatures are somebody else's business. */
export const byNobody: Signed = { by: [] }

/** RSA of 8192 bits comes to 1368 characters. */
const maxSignatureLength = 2_048
const base64 = /^[A-Za-z0-9+/]+={0,2}$/

/** Undefined for what is not base64, which node:buffer would pass over in silence. */
export function bytesOf(text: unknown, maxLength = maxSignatureLength): Buffer | undefined {
  if (typeof text !== 'string' || text.length > maxLength || !base64.test(text)) return undefined
  return Buffer.from(text, 'base64')
}
