/** What a registry asks for before it answers (RFC 9110 section 11.6.1, distribution auth/token.md). */
export type Challenge =
  | { readonly scheme: 'bearer'; readonly realm: string; readonly service: string; readonly scopes: readonly string[] }
  | { readonly scheme: 'basic' }

const challengeStart = /([\w!#$%&'*+.^`|~-]+)\s+(?=[\w!#$%&'*+.^`|~-]+\s*=)|([\w!#$%&'*+.^`|~-]+)\s*(?=,|$)/y
const parameter = /([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))/y
const separator = /[\s,]+/y
/** Headers are at most 16 KB in all; the longest scope lists stay far below this. */
const maxHeaderLength = 8_192

/** The first challenge that we can answer; undefined where there is none. Negotiate and others are passed over. */
export function findChallenge(headers: string | string[] | undefined): Challenge | undefined {
  for (const { scheme, parameters } of [headers ?? []]
    .flat()
    .flatMap((header) => parseChallenges(header.slice(0, maxHeaderLength)))) {
    if (scheme === 'basic') return { scheme: 'basic' }
    const realm = parameters.get('realm')
    if (scheme !== 'bearer' || !realm) continue
    const scopes = (parameters.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
    return { scheme: 'bearer', realm, service: parameters.get('service') ?? '', scopes }
  }
  return undefined
}

/** Several schemes may stand in one header, comma-separated like their parameters. */
function parseChallenges(header: string): { scheme: string; parameters: Map<string, string> }[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = []
  for (let at = 0; at < header.length;) {
    const [skipped, started, given] = [
      matchAt(separator, header, at),
      matchAt(challengeStart, header, at),
      matchAt(parameter, header, at),
    ]
    if (skipped) {
      at += skipped[0].length
    } else if (given && found.length > 0) {
      const [whole, name = '', quoted, plain = ''] = given
      found.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain)
      at += whole.length
    } else if (started) {
      found.push({ scheme: (started[1] ?? started[2] ?? '').toLowerCase(), parameters: new Map() })
      at += started[0].length
    } else {
      break // not a challenge list any more
    }
  }
  return found
}

function matchAt(pattern: RegExp, text: string, index: number): RegExpExecArray | null {
  pattern.lastIndex = index
  return pattern.exec(text)
}
