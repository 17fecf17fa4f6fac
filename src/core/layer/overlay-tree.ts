import type { LayerFacts, Reading } from './facts.ts'
import { isOfContent } from './file-mode.ts'
import { type Budget, parentOf, type SymlinkTree, symlinkTree } from './overlay-links.ts'

/** A reading whose file is in the image, under the path where it really lies. */
export interface SurvivingReading extends Reading {
  /** Index of the layer that last wrote the file, 0 = base. */
  readonly layer: number
  /** What this file was before, newest first, as far back as it was rewritten and never deleted. */
  readonly earlier: readonly SurvivingReading[]
}

export interface CarriedFile {
  readonly layer: number
  readonly readings: readonly SurvivingReading[]
  /** A hard link whose content lies in a lower layer and was not read there: what it is a link to. */
  readonly unreadTarget?: string
}

/** What is carried up from layer to layer: symlinks and evidence files by their own, link-free paths. */
export interface OverlayTree {
  readonly symlinks: SymlinkTree
  readonly files: Map<string, CarriedFile>
  /** Directories that carried paths lie in, or lay in: it only grows. */
  readonly directories: Set<string>
  /** Negative: the tree is not complete. */
  readonly budget: Budget
}

/** Some images have 300,000 directories in all layers together; each costs a step or two, and about 100 bytes. */
const maxSteps = 2_000_000

/**
 * Lays layers over each other (OCI image-spec layer.md, "Applying Changesets"). undefined stands for a layer that could not
 * be read. `probes` are paths of files to carry as well, read or not; with them a hard link to what is not there is left out.
 *
 * Only evidence and symlinks are carried, never the whole tree. What an upper layer does to them is found by its paths in
 * directories that hold some: a layer of 50,000 paths takes 15 to 25 ms over a full one, and 3 at the bottom.
 */
export function treeOf(layers: readonly (LayerFacts | undefined)[], probes?: ReadonlySet<string>): OverlayTree {
  const budget = { left: maxSteps }
  const tree: OverlayTree = { symlinks: symlinkTree(budget), files: new Map(), directories: new Set(), budget }
  for (const path of probes ?? []) enterDirectories(tree, path)
  for (const [layer, facts] of layers.entries()) {
    if (facts) apply(tree, facts, layer, probes)
  }
  return tree
}

function apply(tree: OverlayTree, facts: LayerFacts, layer: number, probes: ReadonlySet<string> | undefined): void {
  const isFirst = !probes && tree.symlinks.links.size === 0 && tree.files.size === 0
  const replaced = new Map<string, CarriedFile>()
  if (!isFirst) {
    // Deletions mean the tree of the lower layers: they go first, wherever in the archive they are.
    applyDeletions(tree, facts, layer)
    applyDirectories(tree, facts, replaced)
  }
  const emptied = new Set<string>()
  for (const [path, target] of facts.symlinks) {
    const entry = tree.symlinks.entry(path)
    replace(tree, entry, emptied)
    tree.symlinks.set(entry, { target, layer })
    enterDirectories(tree, entry)
  }
  // Now, while the links are there that lead to them: a file can take the place of the directory that holds such a link.
  const readings = facts.readings.map((reading) => ({ ...reading, path: tree.symlinks.entry(reading.path) }))
  if (!isFirst) applyFiles(tree, facts, layer, emptied, probes, replaced)
  discardBelow(tree, emptied, layer)
  for (const reading of readings) addReading(tree, reading, layer, replaced)
  for (const [path, target] of facts.hardlinks) addHardLink(tree, path, target, layer, probes)
}

function applyDeletions(tree: OverlayTree, { whiteouts, opaques }: LayerFacts, layer: number): void {
  // All are looked up before the first is done: one may delete a link that leads to another.
  const entries = whiteouts.map((path) => tree.symlinks.entry(path))
  const emptied = new Set(opaques.map((path) => tree.symlinks.directory(path)))
  for (const entry of entries) {
    tree.symlinks.delete(entry)
    tree.files.delete(entry)
    if (tree.directories.has(entry)) emptied.add(entry)
  }
  discardBelow(tree, emptied, layer)
}

/**
 * A directory stays one over a directory, and takes the place of everything else. What the layer's own take the place of
 * is added to `replaced`: a directory's mode is the upper layer's.
 */
function applyDirectories(tree: OverlayTree, { directories }: LayerFacts, replaced: Map<string, CarriedFile>): void {
  for (const path of neighboursOfCarried(tree, directories)) {
    tree.symlinks.delete(path)
    const before = tree.files.get(path)
    if (before) replaced.set(path, before)
    tree.files.delete(path)
  }
}

/** Adds the lower layers' files that the layer's own take the place of to `replaced`. */
function applyFiles(
  tree: OverlayTree,
  { files }: LayerFacts,
  layer: number,
  emptied: Set<string>,
  probes: ReadonlySet<string> | undefined,
  replaced: Map<string, CarriedFile>,
): void {
  for (const path of neighboursOfCarried(tree, files)) {
    const before = replace(tree, path, emptied)
    if (before) replaced.set(path, before)
    if (probes?.has(path)) tree.files.set(path, { layer, readings: [] })
  }
}

/** What is no directory takes the place of everything, of a directory with all that is in it. */
function replace(tree: OverlayTree, path: string, emptied: Set<string>): CarriedFile | undefined {
  if (tree.directories.has(path)) emptied.add(path)
  tree.symlinks.delete(path)
  const before = tree.files.get(path)
  tree.files.delete(path)
  return before
}

/**
 * Of newline-joined paths those in a directory that holds, or held, something carried, as they are after the links on the
 * way to them. All others meet nothing.
 */
function* neighboursOfCarried({ symlinks, directories }: OverlayTree, paths: string): Generator<string> {
  let directory: string | undefined
  let isNear = false
  for (const path of paths === '' ? [] : paths.split('\n')) {
    // Neighbours in an archive share their directory: most paths end here, without a look-up.
    const slash = Math.max(path.lastIndexOf('/'), 0)
    if (directory === undefined || slash !== directory.length || !path.startsWith(directory)) {
      directory = path.slice(0, slash)
      const resolved = symlinks.directory(directory)
      isNear = resolved === '' || directories.has(resolved)
    }
    if (isNear) yield symlinks.entry(path)
  }
}

function addReading(
  tree: OverlayTree,
  reading: Reading,
  layer: number,
  replaced: ReadonlyMap<string, CarriedFile>,
): void {
  const { path, cataloger } = reading
  const before = replaced.get(path)?.readings.find((other) => other.cataloger === cataloger)
  const earlier = before ? [before, ...before.earlier] : []
  const present = tree.files.get(path)
  const others = present?.layer === layer ? present.readings.filter((other) => other.cataloger !== cataloger) : []
  tree.files.set(path, { layer, readings: [...others, { ...reading, layer, earlier }] })
  enterDirectories(tree, path)
}

/** A hard link to a file of the same layer has its reading already. */
function addHardLink(
  tree: OverlayTree,
  path: string,
  target: string,
  layer: number,
  probes: ReadonlySet<string> | undefined,
): void {
  const entry = tree.symlinks.entry(path)
  const own = tree.files.get(entry)?.readings ?? []
  if (own.some(isOfContent)) return
  const unreadTarget = tree.symlinks.entry(target)
  const content = tree.files.get(unreadTarget)
  const shared = (content?.readings ?? []).filter(isOfContent)
  // The mode is what the link's own entry says, which runtimes give to the file.
  const readings = [...own, ...shared.map((reading) => ({ ...reading, path: entry, layer, earlier: [] }))]
  if (shared.length > 0) tree.files.set(entry, { layer, readings })
  else if (content || !probes) tree.files.set(entry, { layer, readings, unreadTarget })
  enterDirectories(tree, entry)
}

function enterDirectories({ directories, budget }: OverlayTree, path: string): void {
  for (let at = parentOf(path); at !== '' && !directories.has(at); at = parentOf(at)) {
    if (--budget.left < 0) return
    directories.add(at)
  }
}

/** Removes what lower layers have below these directories. */
function discardBelow({ symlinks, files }: OverlayTree, emptied: ReadonlySet<string>, layer: number): void {
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
  for (const [path, from] of symlinks.links) {
    if (from.layer < layer && isGone(parentOf(path))) symlinks.delete(path)
  }
  for (const [path, from] of files) {
    if (from.layer < layer && isGone(parentOf(path))) files.delete(path)
  }
}
