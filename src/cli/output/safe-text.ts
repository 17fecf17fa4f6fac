/** C0 and C1 controls, and the marks that turn the direction of text around. */
const unsafe = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu

/**
 * Text for a terminal: package names, paths and messages come out of images that strangers built, and an escape sequence
 * in one could rewrite the line that says `fail`.
 */
export function safeText(text: string): string {
  return text.replace(unsafe, (char) => `\\u${char.codePointAt(0)?.toString(16).padStart(4, '0')}`)
}

/** The same for a message of several lines. */
export function safeLines(text: string): string {
  return text.split('\n').map(safeText).join('\n')
}
