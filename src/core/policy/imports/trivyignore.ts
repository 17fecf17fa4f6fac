import { momentOf } from '../rfc3339.ts'
import type { Dropped, Entry, Importer } from './importer.ts'
import { invalid, shown } from './entry-fields.ts'
import { kindOfId } from './ids.ts'

const maxLines = 20_000

/** Trivy's `.trivyignore`: an id a line, perhaps `exp:2026-12-31` behind it; the comment above says why. */
export const trivyignore: Importer = {
  name: 'trivyignore',
  read(text) {
    const taken: Entry[] = []
    const dropped: Dropped[] = []
    let comment: string[] = []
    let isComment = false
    const lines = text.split('\n')
    if (lines.length > maxLines) throw invalid(`expected at most ${maxLines} lines`)
    for (const [index, raw] of lines.entries()) {
      const line = raw.trim()
      if (line === '') comment = []
      if (line.startsWith('#')) {
        comment = isComment ? [...comment, line] : [line]
      }
      isComment = line.startsWith('#')
      if (line === '' || isComment) continue

      const [id = '', ...rest] = line.split(/\s+/, 10)
      const what = `line ${index + 1}: ${shown(id)}`
      const expiry = rest.find((word) => word.startsWith('exp:'))?.slice('exp:'.length)
      const strange = rest.find((word) => !word.startsWith('exp:') && !word.startsWith('#'))
      const kind = kindOfId(id)
      const reason = comment.map((each) => each.replace(/^#+\s*/, '')).join(' ')
      const said = { what, reason: reason === '' ? undefined : reason, until: expiry }
      if (kind === undefined) {
        dropped.push({ what, why: 'it is not the id of a vulnerability or of a check that tallyman has' })
      } else if (strange !== undefined && !rest.some((word) => word.startsWith('#'))) {
        dropped.push({ what, why: `what ${shown(strange)} means is not known` })
      } else if (expiry !== undefined && momentOf(expiry) === undefined) {
        dropped.push({ what, why: `${shown(expiry)} is not a date` })
      } else taken.push({ ...said, ...(kind === 'check' ? { checks: [id] } : { vulnerabilities: [id] }) })
    }
    return { taken, dropped }
  },
}
