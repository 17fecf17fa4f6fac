import type { Cataloger } from '../inventory/cataloger.ts'
import type { Fact } from '../inventory/package.ts'
import type { Reading } from './facts.ts'
import type { GapReason } from './gaps.ts'
import type { LayerLimits } from './limits.ts'
import { basenameOf } from './path.ts'

/** Milliseconds that a layer's catalogers took, for the benchmark; never stored. */
export interface LayerProfile {
  /** All `wants` together. */
  wants: number
  read: Record<string, number>
}

/** Asks catalogers, and runs them within the layer's limits. */
export interface Evidence {
  wanting(path: string): readonly Cataloger[]
  /** Those that want the file for its first block. */
  wantingContent(path: string, head: Buffer, size: number): readonly Cataloger[]
  /** Whether there is any cataloger that looks at content. */
  readonly looks: boolean
  /**
   * Which of them take a file of this size; for the others there is a reading with a note. Files that are read for their
   * content do not count as evidence: they pass through one buffer, and what of them is read is little.
   */
  admit(
    path: string,
    size: number,
    asking: readonly Cataloger[],
    kept?: 'kept' | 'passing',
  ): { readonly admitted: readonly Cataloger[]; readonly refused: readonly Reading[] }
  /** One reading for each cataloger that had something to say. */
  read(path: string, bytes: Buffer, catalogers: readonly Cataloger[]): readonly Reading[]
  readonly profile: LayerProfile
}

/** A hostile file can bring its own text into a note. */
const maxNoteLength = 500

export function createEvidence(
  catalogers: readonly Cataloger[],
  limits: LayerLimits,
  gap: (reason: GapReason, detail: string) => void,
  now: () => number,
): Evidence {
  const profile: LayerProfile = { wants: 0, read: {} }
  let bytesLeft = limits.evidenceBytes
  let factsLeft = limits.facts
  let notesLeft = limits.notes

  const lookers = catalogers.filter(({ wantsContent }) => wantsContent)

  function wantingContent(path: string, head: Buffer, size: number): readonly Cataloger[] {
    const start = now()
    const basename = basenameOf(path)
    const asking = lookers.filter((cataloger) => cataloger.wantsContent?.(head, path, basename, size))
    profile.wants += now() - start
    return asking
  }

  function wanting(path: string): readonly Cataloger[] {
    const start = now()
    const basename = basenameOf(path)
    const asking = catalogers.filter((cataloger) => cataloger.wants(path, basename))
    profile.wants += now() - start
    return asking
  }

  function admit(
    path: string,
    size: number,
    asking: readonly Cataloger[],
    kept: 'kept' | 'passing' = 'kept',
  ): ReturnType<Evidence['admit']> {
    const admitted = asking.filter(({ maxBytes }) => size <= maxBytes)
    const refused = asking.filter(({ maxBytes }) => size > maxBytes).map((cataloger) => tooLarge(cataloger, path, size))
    if (admitted.length === 0 || kept === 'passing') return { admitted, refused }
    if (size > bytesLeft) {
      gap('TOO_MUCH_EVIDENCE', `package files of more than ${limits.evidenceBytes} bytes; not all were read`)
      return { admitted: [], refused }
    }
    bytesLeft -= size
    return { admitted, refused }
  }

  function read(path: string, bytes: Buffer, catalogers: readonly Cataloger[]): readonly Reading[] {
    return catalogers
      .map((cataloger) => readOne(cataloger, path, bytes))
      .filter(({ facts, notes }) => facts.length > 0 || notes.length > 0)
  }

  function readOne(cataloger: Cataloger, path: string, bytes: Buffer): Reading {
    const facts: Fact[] = []
    const notes: string[] = []
    const start = now()
    try {
      for (const fact of cataloger.read({ path, bytes }, (problem) => note(notes, problem))) {
        if (--factsLeft < 0) {
          gap('TOO_MANY_FACTS', `more than ${limits.facts} packages; not all are listed`)
          break
        }
        facts.push(fact)
      }
    } catch (thrown) {
      // A cataloger's defect costs this file, not the layer.
      note(notes, `${path}: ${cataloger.name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
    }
    profile.read[cataloger.name] = (profile.read[cataloger.name] ?? 0) + now() - start
    return { path, cataloger: cataloger.name, facts, notes }
  }

  function tooLarge({ name, maxBytes }: Cataloger, path: string, size: number): Reading {
    const notes: string[] = []
    note(notes, `${path}: not read, ${size} bytes are more than the limit of ${maxBytes}`)
    return { path, cataloger: name, facts: [], notes }
  }

  function note(notes: string[], problem: string): void {
    if (--notesLeft >= 0) notes.push(problem.slice(0, maxNoteLength))
    else gap('TOO_MANY_NOTES', `more than ${limits.notes} problems in package files; not all are listed`)
  }

  return { wanting, wantingContent, looks: lookers.length > 0, admit, read, profile }
}
