import type { Cataloger } from './cataloger.ts'
import { paragraphsOf } from './control-fields.ts'
import { isToken, licenseList } from './evidence-text.ts'

/** Installed R packages: `DESCRIPTION` in a library, with the `Built` field that installing adds. R's own packages are among them. */
export const rDescription: Cataloger = {
  name: 'r-description',
  version: 1,
  maxBytes: 1 * 2 ** 20,
  wants: (path, basename) => basename === 'DESCRIPTION' && path.includes('library/'),
  *read({ bytes }, note) {
    const [fields] = paragraphsOf(bytes.toString(), wanted)
    if (!fields?.has('built')) return // sources, or another tool's file
    const name = fields.get('package')
    const version = fields.get('version')
    if (!isToken(name) || !isToken(version)) {
      note('it has no usable name or version')
      return
    }
    yield { kind: 'package', type: 'cran', name, version, ...licenseList(fields.get('license')) }
  },
}

const wanted: ReadonlySet<string> = new Set(['package', 'version', 'license', 'built'])
