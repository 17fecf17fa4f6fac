/** A start or end tag, and the text between it and the next one. */
export interface XmlTag {
  readonly name: string
  readonly kind: 'start' | 'end' | 'empty'
  /** As written, without the name; `attributeIn` reads one. */
  readonly attributes: string
  /** With the five predefined entities replaced, without blanks around it. */
  readonly text: string
}

/**
 * The tags of an XML document, for the few elements that build files name packages in. Comments, declarations and CDATA
 * marks are skipped, entities are never defined and nothing is checked; it reads each character once, whatever it is given.
 */
export function* xmlTags(text: string): Generator<XmlTag> {
  for (let at = text.indexOf('<'); at >= 0;) {
    const close = closingOf(text, at)
    const end = text.indexOf(close, at)
    if (end < 0) return
    const next = text.indexOf('<', end + close.length)
    const tag = close === '>' ? text.slice(at + 1, end) : ''
    if (tag !== '' && !/^[!?]/.test(tag)) {
      yield tagOf(tag, plain(text.slice(end + 1, next < 0 ? text.length : next)))
    }
    at = next
  }
}

function closingOf(text: string, at: number): string {
  if (text.startsWith('<!--', at)) return '-->'
  return text.startsWith('<![CDATA[', at) ? ']]>' : '>'
}

function tagOf(tag: string, text: string): XmlTag {
  const kind = tag.startsWith('/') ? 'end' : tag.endsWith('/') ? 'empty' : 'start'
  const inner = tag.replace(/^\/|\/$/g, '')
  const blank = inner.search(/\s/)
  const name = blank < 0 ? inner : inner.slice(0, blank)
  return { name, kind, attributes: blank < 0 ? '' : inner.slice(blank), text }
}

/** The value of one attribute of a tag. `name` is a plain word. */
export function attributeIn({ attributes }: XmlTag, name: string): string | undefined {
  for (const [, key, double, single] of attributes.matchAll(/\s([\w.:-]+)=(?:"([^"]*)"|'([^']*)')/g)) {
    if (key === name) return plain(double ?? single ?? '')
  }
  return undefined
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

const plain = (text: string) => text.trim().replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => entities[name]!)
