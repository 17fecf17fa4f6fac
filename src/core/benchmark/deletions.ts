import type { LayerFacts } from '../layer/facts.ts'
import { parentOf } from '../layer/overlay-links.ts'

/** Which layer deletes what a lower one has. */
export interface Deletions {
  /** The first layer above `layer` that deletes the path, or a directory above it; undefined where none does. */
  of(path: string, layer: number): number | undefined
  readonly areNone: boolean
}

/**
 * By whiteouts and opaque directories as the layers state them: links in directories are not followed, so a few deletions
 * through them are missed.
 */
export function createDeletions(layers: readonly (LayerFacts | undefined)[]): Deletions {
  /** Layers in order, by path: what they delete, and whose content they hide. */
  const deleted = new Map<string, number[]>()
  const emptied = new Map<string, number[]>()
  for (const [layer, facts] of layers.entries()) {
    for (const path of facts?.whiteouts ?? []) listed(deleted, path).push(layer)
    for (const path of facts?.opaques ?? []) listed(emptied, path).push(layer)
  }
  const areNone = deleted.size === 0 && emptied.size === 0
  const above = (path: string, layer: number) => (map: ReadonlyMap<string, readonly number[]>) =>
    map.get(path)?.find((other) => other > layer)
  /** Neighbours share their directory. */
  const known = new Map<string, number | undefined>()

  function ofDirectory(path: string, layer: number): number | undefined {
    const key = `${layer}/${path}`
    if (known.has(key)) return known.get(key)
    const find = above(path, layer)
    const own = earliest(find(emptied), path === '' ? undefined : find(deleted))
    const found = path === '' ? own : earliest(own, ofDirectory(parentOf(path), layer))
    known.set(key, found)
    return found
  }

  return {
    areNone,
    of: (path, layer) =>
      areNone ? undefined : earliest(above(path, layer)(deleted), ofDirectory(parentOf(path), layer)),
  }
}

function listed(map: Map<string, number[]>, path: string): number[] {
  const list = map.get(path) ?? []
  map.set(path, list)
  return list
}

function earliest(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return one ?? other
  return Math.min(one, other)
}
