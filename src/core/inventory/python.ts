import type { Cataloger } from './cataloger.ts'
import { paragraphsOf } from './control-fields.ts'
import { isToken, licenseList } from './evidence-text.ts'

/**
 * Installed Python distributions: wheels (`*.dist-info/METADATA`), setuptools (`*.egg-info/PKG-INFO`, unpacked eggs'
 * `EGG-INFO/PKG-INFO`) and distutils (`*.egg-info`, a file). Names stay as written; they are made canonical where they
 * are compared (PEP 503).
 */
export const python: Cataloger = {
  name: 'python',
  version: 1,
  maxBytes: 16 * 2 ** 20, // a readme is part of it
  wants: (path, basename) => {
    const last = basename.charCodeAt(basename.length - 1) | 0x20 // most files end here, before anything is built
    return (last === 0x61 || last === 0x6f) && metadata.test(path)
  },
  *read({ path, bytes }, note) {
    const [fields] = paragraphsOf(headOf(bytes), wanted)
    const fromPath = directoryName.exec(path)?.groups
    const name = fields?.get('name') || fromPath?.['name']
    const version = fields?.get('version') || fromPath?.['version']
    if (name === 'Python') return // the interpreter of Python 2 describes itself this way; it is not on PyPI
    if (!isToken(name) || !isToken(version)) {
      note('it has no usable name or version')
      return
    }
    const license = fields?.get('license-expression') || fields?.get('license')
    yield { kind: 'package', type: 'pypi', name, version, ...licenseList(license) }
  },
}

const wanted = new Set(['name', 'version', 'license', 'license-expression'])

/** Case-insensitive: DIST-INFO exists. */
const metadata = /(?:\.dist-info\/metadata|\.egg-info\/pkg-info|(?:^|\/)egg-info\/pkg-info|[^/]\.egg-info)$/i

/** `<name>-<version>.dist-info`: distribution names have no dash in there (PEP 427, PEP 376). */
const directoryName = /(?:^|\/)(?<name>[^/-]+)-(?<version>[^/-]+)(?:-py[^/-]+)?\.(?:dist-info|egg-info|egg)(?:\/|$)/i

/** The header fields alone: the readme follows after a blank line and can be a hundred times as long. */
function headOf(bytes: Buffer): string {
  const unix = bytes.indexOf('\n\n')
  const windows = bytes.indexOf('\r\n\r\n')
  const ends = [unix, windows].filter((end) => end >= 0)
  return bytes.subarray(0, Math.min(...ends, bytes.length)).toString()
}
