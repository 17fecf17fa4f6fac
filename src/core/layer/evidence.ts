import type { Cataloger, Passing } from '../inventory/cataloger.ts'
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
  /** Whether one that reads beside the others wants the file. */
  wantedBeside(path: string, head: Buffer, size: number): boolean
  isBeside(cataloger: string): boolean
  /** Readings of those that read beside the others. */
  readBeside(path: string, bytes: Buffer): readonly Reading[]
  /** One reading for each cataloger that had something to say. */
  read(path: string, bytes: Buffer, catalogers: readonly Cataloger[]): readonly Reading[]
  /** For a file that comes in pieces. undefined where one of the catalogers takes whole files only. */
  pass(path: string, catalogers: readonly Cataloger[]): PassingEvidence | undefined
  readonly profile: LayerProfile
}

interface PassingEvidence {
  piece(bytes: Buffer): void
  end(): readonly Reading[] | 'whole'
}

/** What catalogers see of a file to decide; all magic numbers lie in it. */
export const headBytes = 64
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
  let besideBytesLeft = limits.besideBytes
  let besideFactsLeft = limits.besideFacts

  const lookers = catalogers.filter(({ wantsContent, beside }) => wantsContent && !beside)
  const readers = catalogers.filter(({ beside }) => beside)

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
    return catalogers.map((cataloger) => readOne(cataloger, path, bytes)).filter(hasSaidSomething)
  }

  function wantedBeside(path: string, head: Buffer, size: number): boolean {
    return besideOf(path, head, size).length > 0
  }

  function besideOf(path: string, head: Buffer, size: number): readonly Cataloger[] {
    if (readers.length === 0) return readers
    const start = now()
    const basename = basenameOf(path)
    const asking = readers.filter(
      (cataloger) => size <= cataloger.maxBytes && cataloger.wantsContent?.(head, path, basename, size),
    )
    profile.wants += now() - start
    return asking
  }

  function readBeside(path: string, bytes: Buffer): readonly Reading[] {
    const asking = besideOf(path, bytes.subarray(0, headBytes), bytes.length)
    if (asking.length === 0) return []
    if (bytes.length > besideBytesLeft || besideFactsLeft <= 0) {
      gap(
        'TOO_MUCH_TEXT',
        `text of more than ${limits.besideBytes} bytes or ${limits.besideFacts} secrets; not all was searched`,
      )
      return []
    }
    besideBytesLeft -= bytes.length
    const made = read(path, bytes, asking)
    for (const { facts } of made) besideFactsLeft -= facts.length
    return made
  }

  function readOne(cataloger: Cataloger, path: string, bytes: Buffer): Reading {
    const facts: Fact[] = []
    const notes: string[] = []
    attempt(cataloger, path, notes, () => {
      take(
        facts,
        cataloger.read({ path, bytes }, (problem) => note(notes, problem)),
      )
    })
    return { path, cataloger: cataloger.name, facts, notes }
  }

  function pass(path: string, catalogers: readonly Cataloger[]): PassingEvidence | undefined {
    if (!catalogers.every(({ pass }) => pass)) return undefined
    const all = catalogers.map((cataloger) => passOne(cataloger, path))
    return {
      piece(bytes) {
        for (const { piece } of all) piece(bytes)
      },
      end() {
        const readings = all.map(({ end }) => end())
        return readings.every((reading) => reading !== 'whole') ? readings.filter(hasSaidSomething) : 'whole'
      },
    }
  }

  function passOne(cataloger: Cataloger, path: string): { piece(bytes: Buffer): void; end(): Reading | 'whole' } {
    const facts: Fact[] = []
    const notes: string[] = []
    let passing: Passing | undefined
    const step = (work: () => void): void => {
      if (!attempt(cataloger, path, notes, work)) passing = undefined
    }
    step(() => (passing = cataloger.pass?.(path, (problem) => note(notes, problem))))
    return {
      piece: (bytes) => step(() => passing?.piece(bytes)),
      end() {
        let isWhole = false
        step(() => {
          const made = passing?.end() ?? []
          if (made === 'whole') isWhole = true
          else take(facts, made)
        })
        return isWhole ? 'whole' : { path, cataloger: cataloger.name, facts, notes }
      },
    }
  }

  /** False where the cataloger failed: its defect costs this file, not the layer. */
  function attempt({ name }: Cataloger, path: string, notes: string[], work: () => void): boolean {
    const start = now()
    try {
      work()
      return true
    } catch (thrown) {
      note(notes, `${path}: ${name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      return false
    } finally {
      profile.read[name] = (profile.read[name] ?? 0) + now() - start
    }
  }

  function take(facts: Fact[], made: Iterable<Fact>): void {
    for (const fact of made) {
      if (fact.kind !== 'secret' && --factsLeft < 0) {
        gap('TOO_MANY_FACTS', `more than ${limits.facts} packages; not all are listed`)
        break
      }
      facts.push(fact)
    }
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

  return {
    wanting,
    wantingContent,
    looks: lookers.length > 0 || readers.length > 0,
    admit,
    wantedBeside,
    isBeside: (name) => readers.some((cataloger) => cataloger.name === name),
    readBeside,
    read,
    pass,
    profile,
  }
}

function hasSaidSomething({ facts, notes }: Reading): boolean {
  return facts.length > 0 || notes.length > 0
}
