import type { Cataloger } from './cataloger.ts'
import { isToken, licenseList } from './evidence-text.ts'

/**
 * Installed npm packages: `node_modules/<name>/package.json` at exactly that depth, because packages carry package.json
 * files of their tests and of their parts elsewhere; and Debian's own places for them.
 */
export const npm: Cataloger = {
  name: 'npm',
  version: 1,
  maxBytes: 4 * 2 ** 20, // npm 6 wrote the readme into it; the largest we saw has 0.4 MB
  wants: (path, basename) => basename === 'package.json' && installed.test(path),
  *read({ bytes }, note) {
    const manifest = parse(bytes)
    if (!manifest) {
      note('it is not a JSON object')
      return
    }
    const { name, version } = manifest
    // Without both it only says something about a folder, as `{"type":"module"}` does.
    if (name === undefined || version === undefined || name === '' || version === '') return
    const bare = typeof version === 'string' ? version.replace(/^[v=]+(?=\d)/, '') : version
    if (!isToken(name) || !isToken(bare)) {
      note('its name or version is not a word')
      return
    }
    yield { kind: 'package', type: 'npm', name, version: bare, ...licensesOf(manifest) }
  },
}

/** The last two or three parts of the path decide, so that nested copies and pnpm's `.pnpm/<id>/node_modules` count too. */
const installed = /(?:^|\/)(?:node_modules|usr\/(?:share|lib)\/nodejs)\/(?:@[^/]+\/)?[^/.@][^/]*\/package\.json$/

interface Manifest {
  readonly name?: unknown
  readonly version?: unknown
  readonly license?: unknown
  readonly licenses?: unknown
}

function parse(bytes: Buffer): Manifest | undefined {
  try {
    const text = bytes.toString()
    const value: unknown = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A text today; an object `{type}` or a list of them in packages of npm's first years. */
function licensesOf({ license, licenses }: Manifest): { licenses: readonly string[] } | undefined {
  const stated = [license ?? licenses].flat(1).slice(0, 8)
  const names = stated.flatMap((one) => licenseList(isTyped(one) ? one.type : one)?.licenses ?? [])
  return names.length > 0 ? { licenses: names } : undefined
}

const isTyped = (value: unknown): value is { type: unknown } =>
  typeof value === 'object' && value !== null && 'type' in value
