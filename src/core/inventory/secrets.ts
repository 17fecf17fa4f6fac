import { lineCounter } from '../secrets/lines.ts'
import { searchFile } from '../secrets/search.ts'
import { isTextFile } from '../secrets/text-file.ts'
import type { Cataloger } from './cataloger.ts'

/** Secrets in text files, beside whatever else reads these. See docs/secrets.md. */
export const secrets: Cataloger = {
  name: 'secrets',
  version: 1,
  maxBytes: 8 * 2 ** 20, // nobody keeps secrets in more text; larger files are data
  beside: true,
  wants: () => false,
  wantsContent: isTextFile,
  *read({ path, bytes }) {
    const lineOf = lineCounter(bytes)
    for (const { rule, start, redacted } of searchFile(path, bytes)) {
      yield { kind: 'secret', rule: rule.id, line: lineOf(start), redacted }
    }
  },
}
