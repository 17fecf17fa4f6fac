import { linesOf } from './evidence-text.ts'

/** The main attributes of a MANIFEST.MF by lower-case name. */
export type Manifest = ReadonlyMap<string, string>

/** Lines are cut at 72 bytes and go on after one blank; the main section ends at an empty line. */
export function manifestOf(text: string): Manifest {
  const fields = new Map<string, string>()
  let name = ''
  for (const line of linesOf(text)) {
    if (line === '') break
    if (line.startsWith(' ')) {
      // Import-Package and the like run over hundreds of lines; what names an archive is short.
      const value = fields.get(name)
      if (value !== undefined && value.length < maxValueLength) fields.set(name, value + line.slice(1))
      continue
    }
    const colon = line.indexOf(':')
    name = line.slice(0, Math.max(colon, 0)).toLowerCase()
    if (wanted.has(name)) fields.set(name, line.slice(colon + 1).trimStart())
  }
  return new Map([...fields].map(([key, value]) => [key, value.trim()]))
}

const maxValueLength = 1024

const wanted = new Set([
  'automatic-module-name',
  'bundle-symbolicname',
  'bundle-version',
  'extension-name',
  'group-id',
  'implementation-title',
  'implementation-vendor-id',
  'implementation-version',
  'plugin-version',
  'short-name',
  'specification-version',
])
