import type { Cataloger } from './cataloger.ts'
import { releasesIn } from './composer-packages.ts'
import { firstNotes, isToken, licenseList } from './evidence-text.ts'

/** What Composer installed: `installed.json` below the vendor folder, which may have any name; since Composer 2 an object. */
export const composer: Cataloger = {
  name: 'composer',
  version: 1,
  maxBytes: 32 * 2 ** 20, // 5 kB a package
  wants: (path, basename) => basename === 'installed.json' && /(?:^|\/)composer\/installed\.json$/.test(path),
  *read({ bytes }, note) {
    const releases = releasesIn(bytes, ['packages'])
    if (!releases) {
      note('it is not a list of packages')
      return
    }
    const noteFirst = firstNotes(note)
    for (const [index, { name, version, license }] of releases.entries()) {
      if (!isToken(name) || !isToken(version)) {
        noteFirst(`the name or version of its package ${index + 1} is not a word`)
        continue
      }
      const licenses = Array.isArray(license) && license.length > 1 ? license.join(' OR ') : [license].flat()[0]
      yield { kind: 'package', type: 'composer', name, version, ...licenseList(licenses) }
    }
  },
}
