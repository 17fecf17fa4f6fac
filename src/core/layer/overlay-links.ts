/** Linux gives up after so many links on one path (path_resolution(7)). */
const maxHops = 40

interface Symlink {
  readonly target: string
  /** Index of the layer that made it. */
  readonly layer: number
}

/** The symlinks of a tree, by their own link-free paths, and where paths lead because of them. */
export interface SymlinkTree {
  readonly links: ReadonlyMap<string, Symlink>
  set(path: string, link: Symlink): void
  delete(path: string): void
  /**
   * Where a path leads: links are followed inside the root, `..` stops at it. undefined where they lead in a circle, as
   * far as Linux would follow them.
   */
  follow(path: string): string | undefined
  /** The same for a directory that is asked for often, which is itself where its links lead in a circle. */
  directory(path: string): string
  /** The path of an archive's entry: its directory is followed, its own name is meant itself, link or not. */
  entry(path: string): string
}

/**
 * Steps that an overlay may still take on paths: a forged layer of a million deep paths or chained links costs no more than
 * that. When they are used up nothing is followed any more, and the answer is not complete.
 */
export interface Budget {
  left: number
}

export function symlinkTree(budget: Budget): SymlinkTree {
  const links = new Map<string, Symlink>()
  // A layer has a tenth as many directories as files, and asks for each many times: 5 times faster than following anew.
  const directories = new Map<string, string>([['', '']])
  /** What lay on the way through links: when one of these becomes a link or is none any more, they lead elsewhere. */
  const passed = new Set<string>()
  const forget = (path: string) => {
    if (!directories.has(path) && !passed.has(path)) return
    directories.clear()
    directories.set('', '')
    passed.clear()
  }
  const directory = (path: string): string => {
    const known = directories.get(path)
    if (known !== undefined) return known
    if (--budget.left < 0) return path
    const here = entry(path)
    const resolved = links.has(here) ? (follow(here, links, budget, passed) ?? here) : here
    if (here !== path) passed.add(here)
    directories.set(path, resolved)
    return resolved
  }
  const entry = (path: string): string => {
    const parent = parentOf(path)
    const resolved = directory(parent)
    return resolved === parent ? path : join(resolved, path.slice(path.lastIndexOf('/') + 1))
  }
  return {
    links,
    set: (path, link) => {
      links.set(path, link)
      forget(path)
    },
    delete: (path) => {
      if (links.delete(path)) forget(path)
    },
    follow: (path) => follow(path, links, budget),
    directory,
    entry,
  }
}

function follow(
  path: string,
  links: ReadonlyMap<string, Symlink>,
  budget: Budget,
  passed?: Set<string>,
): string | undefined {
  const parts = path.split('/').reverse()
  let resolved = ''
  let hops = 0
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    if (--budget.left < 0) return undefined
    if (part === '' || part === '.') continue
    if (part === '..') {
      resolved = parentOf(resolved)
      continue
    }
    const here = join(resolved, part)
    passed?.add(here)
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

/** '' is the root, and its own parent. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}
