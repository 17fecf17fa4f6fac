import type { LayerFacts } from './facts.ts'
import { isOfContent } from './file-mode.ts'
import { type CarriedFile, type OverlayTree, type SurvivingReading, treeOf } from './overlay-tree.ts'

/** A path at which package evidence is expected, and which leads to a file that nobody read. */
export interface UnreadEvidence {
  readonly path: string
  readonly target: string
}

export interface Overlay {
  /** Base first; in a layer in the order in which it has them. Each file once, whatever links lead to it. */
  readonly readings: readonly SurvivingReading[]
  readonly unread: readonly UnreadEvidence[]
  /** False where the layers have more or longer links and paths than any real image: readings may be missing or too many. */
  readonly isComplete: boolean
  /** Where a path of the image really lies: the links on the way to it are followed, not the one that it is itself. */
  entryOf(path: string): string
}

/** What is evidence, so that links to files that nobody read are found. */
export interface Evidence {
  readonly wants: (path: string) => boolean
  /** Looked up even where a directory on the way is a link. */
  readonly places: readonly string[]
}

const none: Evidence = { wants: () => false, places: [] }

/**
 * The readings that survive when the layers lie over each other, base first: whiteouts and opaque directories, files in
 * place of directories and the other way round, paths through symlinks, hard links into lower layers. undefined stands for
 * a layer that could not be read.
 */
export function overlay(layers: readonly (LayerFacts | undefined)[], evidence: Evidence = none): Overlay {
  const tree = treeOf(layers)
  const readings = [...tree.files.values()].flatMap((file) => file.readings)
  const symlinked = symlinkedIn(tree, evidence)
  const hardlinked = hardlinkedIn(tree)
  const isComplete = tree.budget.left >= 0
  const entryOf = (path: string) => tree.symlinks.entry(path)
  if (symlinked.length === 0 && hardlinked.length === 0) return { readings, unread: [], isComplete, entryOf }
  // Whether the files are there at all: seldom asked, so a second pass is cheaper than carrying every file in the first.
  const there = treeOf(layers, new Set([...symlinked, ...hardlinked].map(({ target }) => target)))
  const unread = [...symlinked.filter(({ target }) => there.files.has(target)), ...hardlinkedIn(there)]
  return { readings, unread, isComplete: isComplete && there.budget.left >= 0, entryOf }
}

/** Paths that lead through a link to where no reading is. */
function symlinkedIn({ symlinks, files }: OverlayTree, { wants, places }: Evidence): UnreadEvidence[] {
  const paths = new Set([...places, ...[...symlinks.links.keys()].filter(wants)])
  return [...paths].flatMap((path) => {
    const target = symlinks.follow(path)
    return target === undefined || target === path || isRead(files.get(target)) ? [] : [{ path, target }]
  })
}

/** A hard link to what nobody read is told on its own (`hardlinkedIn`). */
const isRead = (file: CarriedFile | undefined) =>
  file !== undefined && (file.unreadTarget !== undefined || file.readings.some(isOfContent))

function hardlinkedIn({ files }: OverlayTree): UnreadEvidence[] {
  return [...files].flatMap(([path, { unreadTarget }]) =>
    unreadTarget === undefined ? [] : [{ path, target: unreadTarget }],
  )
}
