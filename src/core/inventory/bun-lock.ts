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

/** Piece by piece between texts, so that the work is linear whatever the file holds. */
function withoutCommentsAndTrailingCommas(text: string): string {
  const pieces: string[] = []
  let code = ''
  for (let at = 0; at < text.length;) {
    const special = nextSpecial(text, at)
    code += text.slice(at, special)
    if (text[special] === '"') {
      const end = endOfText(text, special)
      pieces.push(code.replace(trailingComma, ''), text.slice(special, end))
      code = ''
      at = end
    } else {
      const end = text.indexOf('\n', special)
      at = special === text.length || end < 0 ? text.length : end
    }
  }
  return [...pieces, code.replace(trailingComma, '')].join('')
}

const trailingComma = /,(?=\s*[}\]])/g

/** Where the next text or comment begins. */
function nextSpecial(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"' || (text[at] === '/' && text[at + 1] === '/')) return at
  }
  return text.length
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return text.length
}
