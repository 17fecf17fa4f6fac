import type { Cataloger } from './cataloger.ts'
import { isJsonObject, jsonObjectOf } from './json-object.ts'
import { isOfApplication, isReleased, locked, type LockedPackage, maxLockFileBytes, splitAtSign } from './lock-file.ts'

/** bun's lock file: JSON with comments and trailing commas. Its binary elder, `bun.lockb`, is noted as not read. */
export const bunLock: Cataloger = {
  name: 'bun-lock',
  version: 1,
  maxBytes: maxLockFileBytes,
  wants: (path, basename) => (basename === 'bun.lock' || basename === 'bun.lockb') && isOfApplication(path),
  *read({ path, bytes }, note) {
    if (path.endsWith('b')) {
      note("bun's binary lock file is not read; bun.lock is")
      return
    }
    const packages = jsonObjectOf(withoutCommentsAndTrailingCommas(bytes.toString()))?.['packages']
    if (!isJsonObject(packages)) {
      note('it is not a lock file of bun')
      return
    }
    yield* locked('npm', packagesIn(Object.values(packages)), note)
  },
}

/** `["a@1.0.0", …]`; workspaces, links and repositories have something else after the at sign. */
function* packagesIn(entries: readonly unknown[]): Generator<LockedPackage> {
  for (const entry of entries) {
    const [resolved] = Array.isArray(entry) ? (entry as unknown[]) : []
    const found = typeof resolved === 'string' ? splitAtSign(resolved) : undefined
    if (found && isReleased(found.version)) yield found
  }
}

/** JSON of it. The work is linear whatever the file holds: what follows a comma is looked at once more, up to the next word. */
function withoutCommentsAndTrailingCommas(text: string): string {
  const kept: string[] = []
  let from = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"') at = endOfText(text, at) - 1
    else if (char === '/' || (char === ',' && isClosing(text[afterBlank(text, at + 1)]))) {
      kept.push(text.slice(from, at))
      from = char === ',' ? at + 1 : endOfLine(text, at)
      at = from - 1
    }
  }
  return [...kept, text.slice(from)].join('')
}

const isClosing = (char: string | undefined): boolean => char === '}' || char === ']'

/** After blanks, line ends and comments. Outside of texts a slash begins a comment, or the file is no JSON. */
function afterBlank(text: string, start: number): number {
  let at = start
  while (at < text.length && ' \t\r\n/'.includes(text[at] ?? '')) at = text[at] === '/' ? endOfLine(text, at) : at + 1
  return at
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end < 0 ? text.length : end
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
