import type { LayerFacts, Reading } from './facts.ts'
import { join, parentOf, pathsIn, resolveEntry, resolvePath } from './overlay-paths.ts'

/** A reading whose file is in the image, under the path where it really lies. */
export interface SurvivingReading extends Reading {
  /** Index of the layer that last wrote the file, 0 = base. */
  readonly layer: number
  /** What this file was before, newest first, as far back as it was rewritten and never deleted. */
  readonly earlier: readonly SurvivingReading[]
}

interface Link {
  readonly target: string
  readonly layer: number
}

interface CarriedFile {
  readonly layer: number
  readonly readings: readonly SurvivingReading[]
  /** A hard link whose content lies in a lower layer and was not read there: what it is a link to. */
  readonly unreadTarget?: string
}

/** What is carried up from layer to layer: symlinks and evidence files by their own, link-free paths. */
export interface OverlayTree {
  readonly links: Map<string, Link>
  readonly files: Map<string, CarriedFile>
  /** Directories that carried paths lie in, or lay in: it only grows. */
  readonly directories: Set<string>
}

/**
 * Lays layers over each other (OCI image-spec layer.md, "Applying Changesets"). undefined stands for a layer that could not
 * be read. `probes` are paths of files to carry as well, read or not; with them a hard link to what is not there is left out.
 *
 * Only evidence and symlinks are carried, never the whole tree: each entry of an upper layer is looked up among the few
 * thousand carried paths.
 */
export function treeOf(layers: readonly (LayerFacts | undefined)[], probes?: ReadonlySet<string>): OverlayTree {
  const tree: OverlayTree = { links: new Map(), files: new Map(), directories: new Set() }
  for (const [layer, facts] of layers.entries()) {
    if (facts) apply(tree, facts, layer, probes)
  }
  return tree
}

function apply(tree: OverlayTree, facts: LayerFacts, layer: number, probes: ReadonlySet<string> | undefined): void {
  const isFirst = tree.links.size === 0 && tree.files.size === 0
  const replaced = new Map<string, CarriedFile>()
  if (!isFirst) {
    // They mean the tree of the lower layers, so they go first wherever in the archive they are.
    applyDeletions(tree, facts, layer)
    for (const path of entriesOf(tree, pathsIn(facts.directories))) replaceByDirectory(tree, path)
  }
  applyEntries(tree, facts, layer, replaced, isFirst && !probes ? [] : pathsIn(facts.files), probes)
  for (const reading of facts.readings) addReading(tree, reading, layer, replaced)
  for (const [path, target] of facts.hardlinks) addHardLink(tree, path, target, layer, probes)
}

function applyDeletions(tree: OverlayTree, { whiteouts, opaques }: LayerFacts, layer: number): void {
  const emptied = new Set<string>()
  for (const path of whiteouts) {
    const entry = resolveEntry(path, tree.links)
    tree.links.delete(entry)
    tree.files.delete(entry)
    if (tree.directories.has(entry)) emptied.add(entry)
  }
  for (const path of opaques) emptied.add(resolvePath(path, tree.links) ?? path)
  discardBelow(tree, emptied, layer)
}

/** A directory stays one over a directory, and takes the place of everything else. */
function replaceByDirectory(tree: OverlayTree, path: string): void {
  tree.links.delete(path)
  tree.files.delete(path)
}

/** What is no directory takes the place of everything, a directory with all that is in it. */
function applyEntries(
  tree: OverlayTree,
  { symlinks }: LayerFacts,
  layer: number,
  replaced: Map<string, CarriedFile>,
  files: readonly string[],
  probes: ReadonlySet<string> | undefined,
): void {
  const emptied = new Set<string>()
  const replace = (path: string) => {
    if (tree.directories.has(path)) emptied.add(path)
    tree.links.delete(path)
    const before = tree.files.get(path)
    if (!before) return
    replaced.set(path, before)
    tree.files.delete(path)
  }
  for (const [path, target] of symlinks) {
    const entry = resolveEntry(path, tree.links)
    replace(entry)
    carry(tree, tree.links, entry, { target, layer })
  }
  for (const path of entriesOf(tree, files)) {
    replace(path)
    if (probes?.has(path)) carry(tree, tree.files, path, { layer, readings: [] })
  }
  discardBelow(tree, emptied, layer)
}

/** Paths as they are after the links on the way to them; links that are removed meanwhile are not followed any more. */
function* entriesOf({ links }: OverlayTree, paths: readonly string[]): Generator<string> {
  let count = links.size
  let directories = new Map<string, string>()
  let last = ''
  let lastResolved = ''
  for (const path of paths) {
    if (links.size !== count) {
      count = links.size
      directories = new Map()
      last = ''
      lastResolved = ''
    }
    const parent = parentOf(path)
    // Neighbours in an archive share their directory: most paths end here, without a look-up.
    if (parent !== last) {
      lastResolved = directories.get(parent) ?? resolvePath(parent, links) ?? parent
      directories.set(parent, lastResolved)
      last = parent
    }
    yield lastResolved === parent ? path : join(lastResolved, path.slice(path.lastIndexOf('/') + 1))
  }
}

function addReading(tree: OverlayTree, reading: Reading, layer: number, replaced: Map<string, CarriedFile>): void {
  const path = resolveEntry(reading.path, tree.links)
  const present = tree.files.get(path)
  const before = replaced.get(path)?.readings.find(({ cataloger }) => cataloger === reading.cataloger)
  const earlier = before ? [before, ...before.earlier] : []
  const others =
    present?.layer === layer ? present.readings.filter(({ cataloger }) => cataloger !== reading.cataloger) : []
  carry(tree, tree.files, path, { layer, readings: [...others, { ...reading, path, layer, earlier }] })
}

/** A hard link to a file of the same layer has its reading already. */
function addHardLink(
  tree: OverlayTree,
  path: string,
  target: string,
  layer: number,
  probes: ReadonlySet<string> | undefined,
): void {
  const entry = resolveEntry(path, tree.links)
  if (tree.files.get(entry)?.readings.length) return
  const unreadTarget = resolveEntry(target, tree.links)
  const content = tree.files.get(unreadTarget)
  const readings = (content?.readings ?? []).map((reading) => ({ ...reading, path: entry, layer, earlier: [] }))
  if (readings.length > 0) carry(tree, tree.files, entry, { layer, readings })
  else if (content || !probes) carry(tree, tree.files, entry, { layer, readings, unreadTarget })
}

function carry<Carried>(tree: OverlayTree, into: Map<string, Carried>, path: string, carried: Carried): void {
  into.set(path, carried)
  for (let at = parentOf(path); at !== '' && !tree.directories.has(at); at = parentOf(at)) tree.directories.add(at)
}

/** Removes what lower layers have below these directories. */
function discardBelow({ links, files }: OverlayTree, emptied: ReadonlySet<string>, layer: number): void {
  if (emptied.size === 0) return
  const known = new Map<string, boolean>()
  const isGone = (directory: string): boolean => {
    let gone = known.get(directory)
    if (gone === undefined) {
      gone = emptied.has(directory) || (directory !== '' && isGone(parentOf(directory)))
      known.set(directory, gone)
    }
    return gone
  }
  for (const carried of [links, files]) {
    for (const [path, from] of carried) {
      if (from.layer < layer && isGone(parentOf(path))) carried.delete(path)
    }
  }
}
