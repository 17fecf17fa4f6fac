import { linesOf } from './evidence-text.ts'

/** The wanted fields of one paragraph, by lower-case name. */
export type ControlFields = ReadonlyMap<string, string>

/**
 * Paragraphs of `Field: value` lines with blank lines between them (deb-control(5), Python core metadata). Field names are
 * case-insensitive, the first of a name counts, and continuation lines are left out: no field that we read has any.
 */
export function* paragraphsOf(text: string, wanted: ReadonlySet<string>): Generator<ControlFields> {
  let fields = new Map<string, string>()
  let lines = 0
  for (const line of linesOf(text)) {
    if (line === '') {
      if (lines > 0) yield fields
      fields = new Map()
      lines = 0
      continue
    }
    lines++
    const colon = line.indexOf(':')
    if (colon <= 0 || line.startsWith(' ') || line.startsWith('\t')) continue
    const name = line.slice(0, colon).toLowerCase()
    if (wanted.has(name) && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim())
  }
  if (lines > 0) yield fields
}
