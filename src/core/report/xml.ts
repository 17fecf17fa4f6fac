/** What XML 1.0 has no way to write (2.2), not even escaped: most control characters, lone surrogates, two non-characters. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  // A parser makes blanks of them in attributes, and line feeds of carriage returns in text.
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}

/** An element as markup, each child on a line of its own. Children are markup too. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const start = `<${name}${Object.entries(attributes).map(attribute).join('')}`
  return children.length === 0 ? `${start}/>` : `${start}>\n${children.join('\n')}\n</${name}>`
}

/** An element that holds text alone. */
export function textElement(name: string, attributes: Readonly<Record<string, string | number>>, text: string): string {
  return `<${name}${Object.entries(attributes).map(attribute).join('')}>${escaped(text, /[&<>\r]/g)}</${name}>`
}

function attribute([name, value]: [name: string, value: string | number]): string {
  return ` ${name}="${escaped(String(value), /[&<>"\t\n\r]/g)}"`
}

function escaped(text: string, special: RegExp): string {
  return text.replaceAll(forbidden, '\uFFFD').replaceAll(special, (char) => escapes[char] ?? '')
}
