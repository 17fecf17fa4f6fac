import { zstdDecompressSync } from 'node:zlib'
import type { Cataloger } from './cataloger.ts'
import { firstNotes, isToken, linesOf } from './evidence-text.ts'
import { jsonObjectOf } from './json-object.ts'
import { ownershipOf } from './owned-paths.ts'

/**
 * What Chisel cut out of Ubuntu's packages: `var/lib/chisel/manifest.wall`, zstd over lines of JSON (its `jsonwall`). It
 * names binary packages only, without their sources.
 */
export const chisel: Cataloger = {
  name: 'chisel',
  version: 1,
  maxBytes: 16 * 2 ** 20, // a .NET runtime's has 50 kB
  wants: (path, basename) => basename === 'manifest.wall' && (path === place || path.endsWith(`/${place}`)),
  *read({ bytes }, note) {
    const say = firstNotes(note)
    const text = unpacked(bytes)
    if (text === undefined) {
      say(`it is not zstd, or unpacks to more than ${maxUnpacked} bytes`)
      return
    }
    const files = new Map<string, string[]>()
    let number = 0
    for (const line of linesOf(text)) {
      number++
      if (line === '') continue
      const record = jsonObjectOf(line)
      if (record?.['kind'] === 'package') {
        const { name, version, arch } = record
        const known = isToken(arch) ? { arch } : undefined
        if (isToken(name) && isToken(version)) yield { kind: 'package', type: 'deb', name, version, ...known }
        else say(`line ${number} is a package without a usable name or version`)
      } else if (record?.['kind'] === 'path') {
        for (const name of packagesOf(record['slices'])) collect(files, name, record['path'])
      } else if (!record) {
        say(`line ${number} is not a JSON object`)
      }
    }
    for (const [name, paths] of files) {
      const owned = ownershipOf('deb', name, undefined, paths)
      if (owned) yield owned
    }
  },
}

const place = 'var/lib/chisel/manifest.wall'

/** Twenty times what the largest image needs. */
const maxUnpacked = 64 * 2 ** 20

function unpacked(bytes: Buffer): string | undefined {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: maxUnpacked }).toString()
  } catch {
    return undefined
  }
}

/** A slice is called `<package>_<part>`. */
function packagesOf(slices: unknown): readonly string[] {
  if (!Array.isArray(slices)) return []
  const names = slices.map((slice: unknown) => (typeof slice === 'string' ? slice.split('_', 1)[0] : undefined))
  return [...new Set(names.filter(isToken))]
}

function collect(files: Map<string, string[]>, name: string, path: unknown): void {
  if (typeof path !== 'string' || !path.startsWith('/') || path.endsWith('/')) return
  const paths = files.get(name) ?? []
  paths.push(path.slice(1))
  files.set(name, paths)
}
