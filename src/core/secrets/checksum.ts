import { crc32 } from 'node:zlib'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/**
 * GitHub's tokens, and npm's after them, end in the CRC-32 of what is between the prefix and it, as six digits of base 62
 * (https://github.blog/engineering/behind-githubs-new-authentication-token-formats/).
 */
export function endsInChecksum(token: string): boolean {
  const random = token.slice(token.indexOf('_') + 1, -6)
  let rest = crc32(random)
  let checksum = ''
  for (let place = 0; place < 6; place++) {
    checksum = digits[rest % 62]! + checksum
    rest = Math.floor(rest / 62)
  }
  return token.endsWith(checksum)
}
