import { linesOf } from './evidence-text.ts'

/** A key with the plain values below it. */
export interface Block {
  /** The key at column 0 that it lies below; its own key where it lies at column 0. */
  readonly section: string
  readonly key: string
  readonly fields: ReadonlyMap<string, string>
}

/**
 * The blocks of a YAML-like lock file that a tool wrote, at an indentation of 0 or 2, several documents one after the other:
 *
 *     packages:
 *       'a@1.0.0':
 *         version: 1.0.0
 *
 * Line by line, because the whole of YAML costs 4 s a megabyte and the tools write only this of it; yarn's first format, which
 * has a blank where YAML has a colon, comes out the same. Deeper lines and everything that is no block are left out.
 */
export function* blocksOf(text: string, indent: 0 | 2): Generator<Block> {
  let section = ''
  let block: { section: string; key: string; fields: Map<string, string> } | undefined
  for (const line of linesOf(text.startsWith('\uFEFF') ? text.slice(1) : text)) {
    const depth = depthOf(line, indent + 3)
    if (line.length === depth || line.charCodeAt(depth) === hash) continue
    if (depth <= indent) {
      if (block) yield block
      block = undefined
      if (depth === 0) section = keyOf(line)
      if (depth === indent) block = { section, key: keyOf(line.slice(depth)), fields: new Map() }
    } else if (depth === indent + 2 && block) {
      const field = /^(?<key>[\w-]+):? +(?<value>.+)$/.exec(line.slice(depth))?.groups
      if (field) block.fields.set(field['key'] ?? '', unquoted((field['value'] ?? '').trim()))
    }
  }
  if (block) yield block
}

const hash = 0x23

/** Blanks before the text, counted up to a limit. */
function depthOf(line: string, most: number): number {
  let depth = 0
  while (depth < most && line.charCodeAt(depth) === 0x20) depth++
  return depth
}

/** Without the colon at its end, the `? ` that YAML writes before a long key, and quotes around the whole. */
function keyOf(line: string): string {
  const text = (line.startsWith('? ') ? line.slice(2) : line).trimEnd()
  return unquoted(text.endsWith(':') ? text.slice(0, -1) : text)
}

function unquoted(text: string): string {
  const quote = text[0]
  const isQuoted = text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote)
  return isQuoted ? text.slice(1, -1) : text
}
