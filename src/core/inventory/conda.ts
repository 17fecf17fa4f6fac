import type { Cataloger } from './cataloger.ts'
import { isToken, licenseList } from './evidence-text.ts'
import { jsonObjectIn } from './json-object.ts'
import { ownershipOf } from './owned-paths.ts'

/**
 * What conda installed: `conda-meta/<name>-<version>-<build>.json` of an environment. No advisories speak of conda packages;
 * the Python ones among them are matched by their own metadata.
 */
export const conda: Cataloger = {
  name: 'conda',
  version: 2,
  maxBytes: 16 * 2 ** 20, // it lists every file of the package: 10 MB for the largest
  wants: (path, basename) =>
    basename.endsWith('.json') && path.startsWith('conda-meta/', path.length - basename.length - 'conda-meta/'.length),
  *read({ path, bytes }, note) {
    const record = jsonObjectIn(bytes)
    if (!record) {
      note('it is not a JSON object')
      return
    }
    const { name, version, license, files } = record
    if (!isToken(name) || !isToken(version)) {
      note('its name or version is not a word')
      return
    }
    yield { kind: 'package', type: 'conda', name, version, ...licenseList(license) }
    const environment = path.slice(0, path.lastIndexOf('conda-meta/'))
    const paths = Array.isArray(files) ? files.filter((file) => typeof file === 'string') : []
    const owned = ownershipOf(
      'conda',
      name,
      undefined,
      paths.map((file) => environment + file),
    )
    if (owned) yield owned
  },
}
