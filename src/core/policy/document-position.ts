import { isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Document, Node, Scalar } from 'yaml'

/**
 * Offset in the text of the node at `path`, or of its key; of the nearest node above it where it is missing. The rest of
 * a path behind an alias is not looked for.
 */
export function positionOf(document: Document.Parsed, path: readonly string[], atKey: boolean): number {
  let node: unknown = document.contents
  let offset = offsetOf(node) ?? 0
  for (const [depth, segment] of path.entries()) {
    const { key, value } = entryOf(node, segment)
    const wanted = atKey && depth === path.length - 1 ? key : (offsetOf(value) ?? key)
    offset = wanted ?? offset
    node = value
  }
  return offset
}

/**
 * Offset in `source` of what stands at `within` of the text at `path`; of the whole text where it is folded or escaped, so
 * that a place in it is none in the source.
 */
export function positionWithin(
  document: Document.Parsed,
  source: string,
  path: readonly string[],
  within: number,
): number {
  const start = positionOf(document, path, false)
  const node = document.getIn(path, true)
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return start
  const written = source.slice(node.range[0], node.range[1])
  if (node.type === 'BLOCK_LITERAL') return start + withinBlock(node, written, within)
  const quote = node.type === 'PLAIN' ? 0 : 1
  return written.length === node.value.length + 2 * quote ? start + quote + within : start
}

/** A block's lines stand as they are, behind its header and each behind the same indentation. */
function withinBlock({ value }: Scalar, written: string, within: number): number {
  const before = String(value).slice(0, within).split('\n')
  const lines = written.split('\n')
  const indentation =
    lines
      .slice(1)
      .find((line) => line.trim() !== '')
      ?.search(/\S/) ?? 0
  const above = lines.slice(0, before.length).reduce((sum, line) => sum + line.length + 1, 0)
  return above + indentation + (before.at(-1)?.length ?? 0)
}

function entryOf(node: unknown, segment: string): { key?: number | undefined; value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(segment)] }
  if (!isMap(node)) return {}
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment)
  return { key: offsetOf(pair?.key), value: pair?.value }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined
}
