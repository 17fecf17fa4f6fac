import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { mistakeLine, type PlacedMistake } from '../core/policy/document-mistakes.ts'
import { TallymanError } from '../errors.ts'
import type { CliContext } from './context.ts'
import { exitCodes } from './exit-code.ts'
import { write } from './io.ts'
import { safeLines } from './output/safe-text.ts'

/** USAGE if it cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw new TallymanError('USAGE', `cannot read ${file}: ${(cause as Error).message}`)
  }
}

/** Far more than any document has (document-mistakes.ts). */
const maxCharacters = 64 * 1024

/** The document's `metadata.name`; what it lacks, and all else that is wrong, is said by whoever takes the document. */
export function nameIn(document: string, otherwise: string): string {
  if (document.length > maxCharacters) return otherwise
  const name: unknown = parseDocument(document, { logLevel: 'error' }).getIn(['metadata', 'name'])
  return typeof name === 'string' && name !== '' ? name : otherwise
}

/** Mistakes in a document are this command's answer, not its failure: each with its place in the file, on stderr. */
export async function orMistakes(file: string | null, context: CliContext, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const isMistake = error instanceof TallymanError && ['POLICY_INVALID', 'EXCEPTION_INVALID'].includes(error.code)
    if (!isMistake) throw error
    context.exitWith(exitCodes.fail)
    const { mistakes } = error.details
    const placed = file !== null && Array.isArray(mistakes) ? (mistakes as readonly PlacedMistake[]) : []
    const lines = placed.map((mistake) => mistakeLine(file ?? '', mistake))
    await write(context.io.stderr, `${safeLines(lines.length > 0 ? lines.join('\n') : error.message)}\n`)
  }
}
