import type { Cataloger } from '../inventory/cataloger.ts'
import type { ModeFact } from '../inventory/package.ts'
import { createEvidence, type Evidence, headBytes, type LayerProfile } from './evidence.ts'
import type { LayerFacts, Reading } from './facts.ts'
import { fileMode, modeOf } from './file-mode.ts'
import type { GapReason } from './gaps.ts'
import type { LayerLimits } from './limits.ts'
import { normalisePath } from './path.ts'
import { keptBytes, type Look, type TarEntry, type TarVisitor, type WhenBody, type WhileBody } from './tar-walker.ts'
import { createLayerTree } from './tree.ts'
import { markerOf } from './whiteout.ts'

/**
 * Files that have to be read whole: for the sake of hard links to them, target path to link paths, or because their pieces
 * were not enough; these have no links.
 */
export type LinkTargets = ReadonlyMap<string, readonly string[]>

/** Ends the walk; what was found until then stands. */
export class LimitReached extends Error {
  readonly reason: GapReason

  constructor(reason: GapReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** What the entries of one archive come to. Its visitor's `entry` throws LimitReached. */
export interface LayerContent extends TarVisitor {
  facts(): Omit<LayerFacts, 'blob' | 'uncompressedSize' | 'gaps'>
  /** Files of this layer that went by unread: hard links with wanted names point to them, or they are needed whole. */
  missedTargets(): LinkTargets
  readonly profile: LayerProfile
}

/** How a file begins that a cataloger wanted for its content. */
interface Head {
  readonly bytes: Buffer
  readonly size: number
}

interface Original {
  readonly path: string
  readonly order: number
  readonly head: Head | undefined
}

/** What one path (the file's own, or that of a link to it) gives its file to. */
interface Use extends ReturnType<Evidence['admit']> {
  readonly use: string
  readonly asking: readonly Cataloger[]
}

/** A tar block: no program is smaller. */
const leastLookedAt = 512

export function createLayerContent(
  catalogers: readonly Cataloger[],
  limits: LayerLimits,
  gap: (reason: GapReason, detail: string) => void,
  options: { readonly alsoRead: LinkTargets; readonly now: () => number },
): LayerContent {
  const tree = createLayerTree()
  const evidence = createEvidence(catalogers, limits, gap, options.now)
  const whiteouts = new Set<string>()
  const opaques = new Set<string>()
  const hardlinks = new Map<string, string>()
  const readings = new Map<string, readonly Reading[]>()
  /** Which catalogers have read the file that is at the path now. */
  const readers = new Map<string, readonly Cataloger[]>()
  /** A hard link in this layer, and the file it stands for as it was then. */
  const originals = new Map<string, Original>()
  const heads = new Map<string, Head>()
  /** Readings of a target, waiting for the link that asked for them (`alsoRead`). */
  const waiting = new Map<string, readonly Reading[]>()
  const missed = new Map<string, string[]>()
  const modes = new Map<string, ModeFact>()
  let entryCount = 0
  let charactersLeft = limits.pathCharacters

  function entry(entry: TarEntry): WhenBody | Look | undefined {
    if (++entryCount > limits.entries) {
      throw new LimitReached('TOO_MANY_ENTRIES', `more than ${limits.entries} entries; the rest was not read`)
    }
    if (entry.name.length > limits.pathLength || entry.target.length > limits.pathLength) {
      gap('PATH_TOO_LONG', `a path of more than ${limits.pathLength} characters, ${entry.name.slice(0, 100)}…`)
      return undefined
    }
    charactersLeft -= entry.name.length + entry.target.length
    if (charactersLeft < 0) {
      throw new LimitReached(
        'TOO_MANY_ENTRIES',
        `paths of more than ${limits.pathCharacters} characters; the rest was not read`,
      )
    }
    const path = normalisePath(entry.name)
    if (path === '' || mark(path)) return undefined
    forget(path)
    keepMode(path, modeOf(entry))
    if (entry.kind === 'file') return file(path, entry.size)
    if (entry.kind === 'hardlink') hardlink(path, normalisePath(entry.target))
    else if (entry.kind === 'symlink') tree.addSymlink(path, entry.target)
    else if (entry.kind === 'directory') tree.add(path, 'directory')
    else if (entry.kind === 'null-device') {
      tree.add(path, 'removed')
      whiteouts.add(path)
    } else tree.add(path, 'file')
    return undefined
  }

  /** Whether the path is a whiteout or another marker, and no entry of the tree. */
  function mark(path: string): boolean {
    const marker = markerOf(path)
    if (!marker) return false
    if (marker.kind === 'whiteout') whiteouts.add(marker.path)
    else if (marker.kind === 'opaque') opaques.add(marker.path)
    else if (marker.kind === 'invalid') gap('LAYER_AMBIGUOUS', `a whiteout of nothing, ${path}`)
    return true
  }

  /** A path that occurs again: the last entry wins. */
  function forget(path: string): void {
    readings.delete(path)
    readers.delete(path)
    hardlinks.delete(path)
    originals.delete(path)
    heads.delete(path)
    modes.delete(path)
  }

  function keepMode(path: string, fact: ModeFact | undefined): void {
    if (!fact) return
    if (modes.size < limits.modes) modes.set(path, fact)
    else gap('TOO_MANY_MODES', `more than ${limits.modes} files and directories with special modes; not all are listed`)
  }

  function file(path: string, size: number): WhenBody | Look | undefined {
    tree.add(path, 'file')
    const links = options.alsoRead.get(path) ?? []
    const asking = evidence.wanting(path)
    if (asking.length === 0 && size >= leastLookedAt && evidence.looks) {
      return { look: (block) => look(path, links, { bytes: block.subarray(0, headBytes), size }) }
    }
    const body = give(path, [
      useOf(path, size, asking, 'kept'),
      ...links.map((link) => useOf(link, size, evidence.wanting(link), 'kept')),
    ])
    return body || (size > 0 && size < leastLookedAt) ? withThoseBeside(path, body) : undefined
  }

  function look(path: string, links: readonly string[], head: Head): WhenBody | WhileBody | undefined {
    const asking = evidence.wantingContent(path, head.bytes, head.size)
    if (asking.length > 0) heads.set(path, { ...head, bytes: Buffer.from(head.bytes) })
    const passing = head.size > keptBytes && !options.alsoRead.has(path) ? pass(path, head.size, asking) : undefined
    if (passing) return passing
    const body = give(path, [
      useOf(path, head.size, asking, 'passing'),
      ...links.map((link) => useOf(link, head.size, wantingLink(link, head), 'kept')),
    ])
    return body || evidence.wantedBeside(path, head.bytes, head.size) ? withThoseBeside(path, body) : undefined
  }

  function withThoseBeside(path: string, whenBody: WhenBody | undefined): WhenBody {
    return (body) => {
      whenBody?.(body)
      addReadings(path, evidence.readBeside(path, body))
    }
  }

  /** undefined where it has to be collected, or nobody takes it. */
  function pass(path: string, size: number, asking: readonly Cataloger[]): WhileBody | undefined {
    const { admitted, refused } = useOf(path, size, asking, 'passing')
    const passing = admitted.length > 0 ? evidence.pass(path, admitted) : undefined
    return (
      passing && {
        piece: passing.piece,
        end() {
          const made = passing.end()
          if (made === 'whole') missed.set(path, [])
          keep(path, path, asking, made === 'whole' ? refused : [...refused, ...made])
        },
      }
    )
  }

  function wantingLink(path: string, head: Head | undefined): readonly Cataloger[] {
    const asking = evidence.wanting(path)
    return asking.length === 0 && head ? evidence.wantingContent(path, head.bytes, head.size) : asking
  }

  function useOf(use: string, size: number, asking: readonly Cataloger[], kept: 'kept' | 'passing'): Use {
    return { use, asking, ...evidence.admit(use, size, asking, kept) }
  }

  function give(path: string, uses: readonly Use[]): WhenBody | undefined {
    const asked = uses.filter(({ asking }) => asking.length > 0)
    for (const { use, asking, refused } of asked) keep(path, use, asking, refused)
    if (asked.every(({ admitted }) => admitted.length === 0)) return undefined
    return (body) => {
      for (const { use, asking, admitted, refused } of asked) {
        keep(path, use, asking, [...refused, ...evidence.read(use, body, admitted)])
      }
    }
  }

  function keep(path: string, use: string, asking: readonly Cataloger[], made: readonly Reading[]): void {
    if (use !== path) {
      waiting.set(use, made)
      return
    }
    readers.set(path, asking)
    if (made.length > 0) readings.set(path, made)
  }

  function hardlink(path: string, target: string): void {
    link(path, target)
    const shared = (readings.get(target) ?? []).filter(({ cataloger }) => evidence.isBeside(cataloger))
    addReadings(
      path,
      shared.map((reading) => ({ ...reading, path })),
    )
  }

  function addReadings(path: string, made: readonly Reading[]): void {
    if (made.length > 0) readings.set(path, [...(readings.get(path) ?? []), ...made])
  }

  function link(path: string, target: string): void {
    const symlinkTarget = tree.targetOf(target)
    if (symlinkTarget !== undefined) return tree.addSymlink(path, symlinkTarget)
    const isHere = tree.kindOf(target) === 'file'
    const original = originals.get(target) ?? {
      path: target,
      order: tree.orderOf(target) ?? 0,
      head: heads.get(target),
    }
    tree.add(path, 'file')
    if (isHere) {
      originals.set(path, original)
      shareMode(path, target)
    }
    const asking = wantingLink(path, isHere ? original.head : undefined)
    if (asking.length === 0) return
    const made = waiting.get(path)
    if (made) {
      waiting.delete(path)
      readers.set(path, asking)
      if (made.length > 0) readings.set(path, made)
    } else if (!isHere) hardlinks.set(path, target)
    else if (asking.every((cataloger) => readers.get(target)?.includes(cataloger))) shareReadings(path, target, asking)
    else if (tree.orderOf(original.path) === original.order) {
      missed.set(original.path, [...(missed.get(original.path) ?? []), path])
    } else gap('HARD_LINK_UNRESOLVED', `${path} is a link to a file that was replaced in the same layer`)
  }

  /** One file: runtimes give it what any of its entries says. */
  function shareMode(path: string, target: string): void {
    const [own, shared] = [modes.get(path), modes.get(target)]
    if (own && !shared) keepMode(target, own)
    else if (shared && !own) keepMode(path, shared)
  }

  /** The same bytes, read by the same catalogers: the same facts. */
  function shareReadings(path: string, target: string, asking: readonly Cataloger[]): void {
    const names = asking.map(({ name }) => name)
    readers.set(path, asking)
    const shared = (readings.get(target) ?? []).filter(({ cataloger }) => names.includes(cataloger))
    if (shared.length > 0)
      readings.set(
        path,
        shared.map((reading) => ({ ...reading, path })),
      )
  }

  return {
    entry,
    ambiguous: (detail) => gap('LAYER_AMBIGUOUS', detail),
    facts: () => ({
      entryCount,
      whiteouts: [...whiteouts],
      opaques: [...opaques],
      hardlinks: [...hardlinks].filter(([path]) => tree.has(path)),
      ...tree.lists(),
      readings: [
        ...[...readings].filter(([path]) => tree.has(path)).flatMap(([, made]) => made),
        ...[...modes].filter(([path]) => tree.has(path)).map(([path, fact]) => modeReading(path, fact)),
      ],
    }),
    missedTargets: () => missed,
    profile: evidence.profile,
  }
}

function modeReading(path: string, fact: ModeFact): Reading {
  return { path, cataloger: fileMode, facts: [fact], notes: [] }
}
