/** Linux gives up after so many links on one path (path_resolution(7)). */
const maxHops = 40

/**
 * Where a path leads in a tree with these symlinks (each by its own, link-free path): links are followed inside the root,
 * `..` stops at it. undefined where they lead in a circle.
 */
export function resolvePath(path: string, links: ReadonlyMap<string, { target: string }>): string | undefined {
  const parts = path.split('/').reverse()
  let resolved = ''
  let hops = 0
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      resolved = parentOf(resolved)
      continue
    }
    const here = join(resolved, part)
    const link = links.get(here)
    if (link === undefined) {
      resolved = here
      continue
    }
    if (++hops > maxHops) return undefined
    if (link.target.startsWith('/')) resolved = ''
    for (const next of link.target.split('/').reverse()) parts.push(next)
  }
  return resolved
}

/** The same for a path whose last part is meant itself, link or not, as an archive's entries are. Circles stay as they are. */
export function resolveEntry(path: string, links: ReadonlyMap<string, { target: string }>): string {
  const parent = parentOf(path)
  return join(resolvePath(parent, links) ?? parent, path.slice(path.lastIndexOf('/') + 1))
}

/** '' is the root, and its own parent. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

export function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

/** The lines of a newline-joined list; none of an empty one. */
export function pathsIn(joined: string): string[] {
  return joined === '' ? [] : joined.split('\n')
}
