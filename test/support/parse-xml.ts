/** An element with what it holds: elements, or text alone. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

const declaration = /<\?xml version="1\.0" encoding="UTF-8"\?>\n/y
const startTag = /<(?<name>[a-z-]+)(?<attributes>(?: [a-z]+="[^"<\t\n]*")*)(?<end>\/?)>/y
const endTag = /<\/(?<name>[a-z-]+)>/y
const textRun = /[^<]+/y
const reference = /&(?:(?<name>amp|lt|gt|quot)|#(?<code>\d+));/g
// What XML 1.0 allows (2.2), but for carriage returns: a parser makes line feeds of them, so they must be escaped.
const legal = /^[\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u

/** Reads the XML that we write and refuses what is not well-formed, so that every reader can read it. */
export function parseXml(xml: string): XmlElement {
  if (!legal.test(xml)) throw new Error('a character that XML 1.0 does not allow')
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(xml)
    if (found) at = pattern.lastIndex
    return found
  }

  function readElement(): XmlElement {
    const start = take(startTag)
    if (!start?.groups) throw new Error(`no element at ${JSON.stringify(xml.slice(at, at + 40))}`)
    const { name = '', attributes = '', end } = start.groups
    const children: XmlElement[] = []
    const own = { name, attributes: readAttributes(attributes) }
    if (end === '/') return { ...own, children, text: '' }
    let text = ''
    for (;;) {
      text += resolve(take(textRun)?.[0] ?? '')
      const close = take(endTag)
      if (close?.groups?.['name'] === name) return { ...own, children, text }
      if (close) throw new Error(`${name} ends as ${close[0]}`)
      children.push(readElement())
    }
  }

  if (!take(declaration)) throw new Error('no declaration')
  const root = readElement()
  if (xml.slice(at) !== '\n') throw new Error('something after the root')
  return root
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, resolve(value)])
  const attributes = Object.fromEntries(pairs)
  if (Object.keys(attributes).length !== pairs.length) throw new Error('an attribute twice')
  return attributes
}

function resolve(text: string): string {
  if (text.replaceAll(reference, '').includes('&')) throw new Error(`a bare ampersand in ${text}`)
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
  return text.replaceAll(reference, (_all, name?: string, code?: string) =>
    name === undefined ? String.fromCodePoint(Number(code)) : (names[name] ?? ''),
  )
}
