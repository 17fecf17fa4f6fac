/** An element of an array of tables, `[[package]]`. */
export interface TomlElement {
  /** The parts of its header: `['deps', 'HTTP']` of `[[deps.HTTP]]`. */
  readonly path: readonly string[]
  /** Its values that are text, by key; those of its tables, inline or below it, by `table.key`. */
  readonly values: ReadonlyMap<string, string>
}

/**
 * The arrays of tables of a TOML file, as lock files use them (https://toml.io/en/v1.0.0). Tolerant: what is not understood is
 * said once and skipped to the end of its line. Work is linear in the size of the text.
 */
export function* tomlElementsOf(text: string, note: (problem: string) => void): Generator<TomlElement> {
  let element: { path: readonly string[]; values: Map<string, string> } | undefined
  /** Where the values of the lines that follow go; undefined where nobody reads them. */
  let values: Map<string, string> | undefined
  let prefix = ''
  let hasProblem = false

  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length;) {
    at = afterBlank(text, at)
    if (at >= text.length) break
    const header = text[at] === '[' ? matchAt(headerPattern, text, at) : undefined
    const key = header ? undefined : matchAt(keyPattern, text, at)
    const end = header ? at + header.length : key ? endOfValue(text, at + key.length) : -1
    if (end < 0) {
      if (!hasProblem) note('it has text that is not TOML')
      hasProblem = true
      // What is opened and never closed goes to the end; looking for that end from each line would take the square of the size.
      const value = key ? text.slice(at + key.length, at + key.length + 3) : ''
      at = /^(?:[[{]|"""|''')/.test(value) ? text.length : endOfLine(text, at)
      continue
    }
    if (header) {
      const path = partsOf(header.replace(/^\[+|\]+$/g, ''))
      const isElement = header.startsWith('[[')
      const isInside = element !== undefined && path.length > element.path.length && startsWith(path, element.path)
      if (!isInside) {
        if (element) yield element
        element = isElement ? { path, values: new Map() } : undefined
      }
      values = isInside && isElement ? undefined : element?.values
      prefix = isInside ? `${path.slice(element?.path.length).join('.')}.` : ''
    } else if (key && values) {
      const name = prefix + partsOf(key.slice(0, key.lastIndexOf('='))).join('.')
      for (const [inner, value] of textsIn(text, at + key.length, end)) values.set(name + inner, value)
    }
    at = end
  }
  if (element) yield element
}

const part = String.raw`(?:"[^"\n]{0,512}"|'[^'\n]{0,512}'|[\w-]{1,512})`
const dotted = String.raw`[ \t]{0,8}${part}(?:[ \t]{0,8}\.[ \t]{0,8}${part}){0,8}[ \t]{0,8}`
const headerPattern = new RegExp(String.raw`\[${dotted}\]|\[\[${dotted}\]\]`, 'y')
const keyPattern = new RegExp(String.raw`${dotted}=[ \t]{0,64}`, 'y')

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

function partsOf(dottedKey: string): readonly string[] {
  const parts = dottedKey.match(new RegExp(part, 'g')) ?? []
  return parts.map((one) => (one.startsWith('"') || one.startsWith("'") ? one.slice(1, -1) : one))
}

function startsWith(path: readonly string[], start: readonly string[]): boolean {
  return start.every((one, index) => path[index] === one)
}

/** After blanks, line ends and comments. */
function afterBlank(text: string, start: number): number {
  let at = start
  for (; at < text.length; at++) {
    const char = text[at]
    if (char === '#') at = endOfLine(text, at) - 1
    else if (char !== ' ' && char !== '\t' && char !== '\n' && char !== '\r') break
  }
  return at
}

function endOfLine(text: string, at: number): number {
  const found = text.indexOf('\n', at)
  return found < 0 ? text.length : found
}

/** -1 where it does not end. */
function endOfValue(text: string, start: number): number {
  const first = text[start]
  if (first === '"' || first === "'") return endOfText(text, start)
  if (first !== '[' && first !== '{') return endOfLine(text, start)
  let depth = 0
  for (let at = start; at >= 0 && at < text.length; at++) {
    const char = text[at]
    if (char === '"' || char === "'") {
      at = endOfText(text, at) - 1
      if (at < 0) return -1
    } else if (char === '#') at = endOfLine(text, at) - 1
    else if (char === '[' || char === '{') depth++
    else if ((char === ']' || char === '}') && --depth === 0) return at + 1
  }
  return -1
}

/** Of a text in quotes, also of one of several lines in three quotes; -1 where it does not end. */
function endOfText(text: string, start: number): number {
  const quote = text[start] ?? ''
  const isLong = text.startsWith(quote.repeat(3), start)
  for (let at = start + (isLong ? 3 : 1); at < text.length; at++) {
    const char = text[at]
    if (char === '\\' && quote === '"') at++
    else if (char === '\n' && !isLong) return -1
    else if (char === quote && !isLong) return at + 1
    else if (char === quote && text.startsWith(quote.repeat(3), at)) {
      // The last two quotes of five are the end of the text itself.
      const more = text[at + 3] !== quote ? 0 : text[at + 4] !== quote ? 1 : 2
      return at + 3 + more
    }
  }
  return -1
}

/** Nobody writes more into the inline table of a source. */
const maxInlineLength = 4096

/** The text of one line that a value is, or the texts of an inline table with `.key`. Escapes stay: no version has any. */
function* textsIn(text: string, start: number, end: number): Generator<readonly [key: string, value: string]> {
  const first = text[start]
  const isText = (first === '"' || first === "'") && !text.startsWith(first.repeat(3), start)
  if (isText) yield ['', text.slice(start + 1, end - 1)]
  if (first !== '{' || end - start > maxInlineLength) return
  for (const match of text.slice(start + 1, end - 1).matchAll(inlineText)) {
    const { key, value, literal = '' } = match.groups ?? {}
    yield [`.${key}`, value ?? literal]
  }
}

/** The look-behind keeps it linear: a word is tried at its first character only. */
const inlineText = /(?<![\w-])(?<key>[\w-]{1,64}) ?= ?(?:"(?<value>[^"\n]*)"|'(?<literal>[^'\n]*)')/g
