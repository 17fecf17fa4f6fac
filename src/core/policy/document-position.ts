import { isMap, isNode, isScalar, isSeq } from 'yaml'
import type { Document, Node } from 'yaml'

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

function entryOf(node: unknown, segment: string): { key?: number | undefined; value?: unknown } {
  if (isSeq(node)) return { value: node.items[Number(segment)] }
  if (!isMap(node)) return {}
  const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === segment)
  return { key: offsetOf(pair?.key), value: pair?.value }
}

function offsetOf(node: unknown): number | undefined {
  return isNode(node) ? (node as Node).range?.[0] : undefined
}
