import type { Cataloger } from './cataloger.ts'
import { type ControlFields, paragraphsOf } from './control-fields.ts'
import { firstNotes, isToken, vendorText } from './evidence-text.ts'
import type { PackageFact } from './package.ts'

/**
 * The database of dpkg: Debian, Ubuntu and their like (`var/lib/dpkg/status`), and images built without dpkg, distroless
 * first of all, which keep one paragraph a file (`var/lib/dpkg/status.d/<name>`, seldom with a Status field).
 */
export const dpkg: Cataloger = {
  name: 'dpkg',
  version: 2,
  maxBytes: 16 * 2 ** 20, // a full desktop has 5 MB
  wants: (path, basename) => {
    if (basename === 'status') return endsWithPath(path, 'var/lib/dpkg/status')
    return (
      path.includes('var/lib/dpkg/status.d/') &&
      endsWithPath(path, `var/lib/dpkg/status.d/${basename}`) &&
      !isSibling(basename)
    )
  },
  *read({ path, bytes }, note) {
    const say = firstNotes(note)
    const statusIsUsual = path.endsWith('status')
    let number = 0
    for (const fields of paragraphsOf(bytes.toString(), wanted)) {
      number++
      const state = fields.get('status')
      if (state !== undefined && !isInstalled(state)) continue
      const fact = factOf(fields)
      if (!fact) {
        say(`paragraph ${number} has no usable package name or version`)
        continue
      }
      if (state === undefined && statusIsUsual) say(`${fact.name} has no Status; it is counted as installed`)
      yield fact
    }
  },
}

const wanted = new Set(['package', 'status', 'architecture', 'version', 'source', 'maintainer'])

const endsWithPath = (path: string, end: string) => path === end || path.endsWith(`/${end}`)

/** What lies beside the paragraphs in status.d: checksums, and maintainer scripts in some builds. */
const isSibling = (basename: string) =>
  /\.(?:md5sums|list|conffiles|preinst|postinst|prerm|postrm|triggers)$/.test(basename)

/** `want error state`: whatever was asked for, the files are there unless the third word says otherwise (dpkg(1)). */
function isInstalled(status: string): boolean {
  const state = status.split(/\s+/, 3)[2]
  return state !== 'not-installed' && state !== 'config-files'
}

function factOf(fields: ControlFields): PackageFact | undefined {
  const name = fields.get('package')
  const version = fields.get('version')
  if (!isToken(name) || !isToken(version)) return undefined
  const arch = fields.get('architecture')
  return {
    kind: 'package',
    type: 'deb',
    name,
    version,
    source: sourceOf(fields.get('source'), name, version),
    ...(isToken(arch) && { arch }),
    ...vendorText(fields.get('maintainer')),
  }
}

/** `name` or `name (version)`: the version is there only where it differs from the binary package's (deb-control(5)). */
function sourceOf(field: string | undefined, name: string, version: string): { name: string; version: string } {
  if (!field) return { name, version }
  const open = field.indexOf('(')
  const sourceName = (open < 0 ? field : field.slice(0, open)).trim()
  const sourceVersion = open < 0 ? '' : field.slice(open + 1, field.indexOf(')', open)).trim()
  return { name: isToken(sourceName) ? sourceName : name, version: isToken(sourceVersion) ? sourceVersion : version }
}
