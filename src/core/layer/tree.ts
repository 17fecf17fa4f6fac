import type { LayerFacts } from './facts.ts'

type NodeKind = 'directory' | 'file' | 'symlink' | 'removed'

const kinds: readonly NodeKind[] = ['directory', 'file', 'symlink', 'removed']

/** What a layer holds, path by path, once its archive is unpacked in order: the last entry of a path wins. */
export interface LayerTree {
  add(path: string, kind: Exclude<NodeKind, 'symlink'>): void
  addSymlink(path: string, target: string): void
  kindOf(path: string): NodeKind | undefined
  targetOf(symlink: string): string | undefined
  /** Grows with each entry; tells whether a path was written again since. */
  orderOf(path: string): number | undefined
  /** Whether the path is still there: it is not if a later entry put a file where a directory above it was. */
  has(path: string): boolean
  lists(): Pick<LayerFacts, 'directories' | 'files' | 'symlinks'>
}

export function createLayerTree(): LayerTree {
  // One small integer per path, order * 4 + kind: an object each would double the memory of a layer of a million entries.
  const nodes = new Map<string, number>()
  const targets = new Map<string, string>()
  /** Directories that something else replaced, and when: what was below is gone, what comes later is not. */
  const cuts = new Map<string, number>()
  let order = 0

  function put(path: string, kind: NodeKind): void {
    order++
    const before = nodes.get(path)
    if (before !== undefined) {
      if (kind !== 'directory' && kinds[before % 4] === 'directory') cuts.set(path, order)
      if (kind !== 'symlink') targets.delete(path)
    }
    nodes.set(path, order * 4 + kinds.indexOf(kind))
  }

  function isCut(path: string, node: number): boolean {
    if (cuts.size === 0) return false
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const cut = cuts.get(path.slice(0, slash))
      if (cut !== undefined && cut > Math.floor(node / 4)) return true
    }
    return false
  }

  function kindOf(path: string): NodeKind | undefined {
    const node = nodes.get(path)
    return node === undefined || isCut(path, node) ? undefined : kinds[node % 4]
  }

  return {
    add: put,
    addSymlink(path, target) {
      put(path, 'symlink')
      targets.set(path, target)
    },
    kindOf,
    targetOf: (symlink) => targets.get(symlink),
    orderOf(path) {
      const node = nodes.get(path)
      return node === undefined ? undefined : Math.floor(node / 4)
    },
    has: (path) => kindOf(path) !== undefined,
    lists() {
      const directories: string[] = []
      const files: string[] = []
      const symlinks: [string, string][] = []
      for (const [path, node] of nodes) {
        if (isCut(path, node)) continue
        const kind = kinds[node % 4]
        if (kind === 'directory') directories.push(path)
        else if (kind === 'file') files.push(path)
        else if (kind === 'symlink') symlinks.push([path, targets.get(path)!])
      }
      return { directories: directories.join('\n'), files: files.join('\n'), symlinks }
    },
  }
}
