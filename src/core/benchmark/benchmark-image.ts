import { buildHistory, type BuildHistory } from '../image/build-history.ts'
import type { ImageConfig } from '../image/config.ts'
import type { LayerRead } from '../inventory/inventory.ts'
import type {
  AccountFact,
  CoverageEntry,
  Fact,
  ImageLayer,
  InstalledPackage,
  Inventory,
  ModeFact,
  WeakSettingFact,
} from '../inventory/package.ts'
import type { LayerFacts } from '../layer/facts.ts'
import { tooMuchText } from '../layer/gaps.ts'
import type { Overlay } from '../layer/overlay.ts'
import type { SurvivingReading } from '../layer/overlay-tree.ts'
import type { Secret } from '../secrets/secret.ts'
import type { CheckEvidence } from './check.ts'
import { createDeletions, type Deletions } from './deletions.ts'
import { evidence } from './outcome.ts'

/** What a scan knows of an image. */
export interface ScannedImage {
  readonly config: ImageConfig
  readonly layers: readonly ImageLayer[]
  /** One for each layer, base first. */
  readonly read: readonly LayerRead[]
  /** Of these layers. */
  readonly overlay: Pick<Overlay, 'readings' | 'unread'>
  readonly inventory: Pick<Inventory, 'packages' | 'coverage'>
  readonly secrets: readonly Secret[]
}

/** A fact with where it is from: the path, and the layer since which it has been so. */
export type Placed<T extends Fact> = T & { readonly path: string; readonly layer: number }

/** What rules look at. */
export interface BenchmarkImage {
  readonly config: ImageConfig
  readonly history: BuildHistory
  /** Whether Docker itself wrote its manifest, which then keeps what OCI's config has no field for. */
  readonly isOfDocker: boolean
  /** undefined: not read. */
  readonly layers: readonly (LayerFacts | undefined)[]
  readonly packages: readonly InstalledPackage[]
  readonly secrets: readonly Secret[]
  readonly modes: readonly Placed<ModeFact>[]
  readonly accounts: readonly Placed<AccountFact>[]
  readonly settings: readonly Placed<WeakSettingFact>[]
  readonly deletions: Deletions
  /** Layers whose files are not all known. */
  readonly unknownFiles: readonly CheckEvidence[]
  /** The same, and those of which not all text was searched for secrets. */
  readonly unsearched: readonly CheckEvidence[]
  /** The same, and files at these paths that could not be understood. */
  unknownIn(paths: (path: string) => boolean): readonly CheckEvidence[]
  readonly unknownPackages: readonly CheckEvidence[]
}

export function benchmarkImage(scanned: ScannedImage): BenchmarkImage {
  const { config, layers, read, overlay, inventory, secrets } = scanned
  const facts = layers.map((_, index) => factsIn(read[index]))
  const unknownFiles = layers.flatMap((_, index) => unknownIn(read[index], index))
  const unsearched = facts.flatMap((layer, index) => unsearchedIn(layer, index))
  const placed = placedFacts(overlay.readings)
  return {
    config,
    history: buildHistory(config, layers.length),
    isOfDocker: layers.some(({ mediaType }) => mediaType.startsWith('application/vnd.docker.')),
    layers: facts,
    packages: inventory.packages,
    secrets,
    modes: placed.filter((fact) => fact.kind === 'mode'),
    accounts: placed.filter((fact) => fact.kind === 'account'),
    settings: placed.filter((fact) => fact.kind === 'weak-setting'),
    deletions: createDeletions(facts),
    unknownFiles,
    unsearched: [...unknownFiles, ...unsearched],
    unknownIn: (paths) => [
      ...unknownFiles,
      ...overlay.readings
        .filter(({ path, notes }) => notes.length > 0 && paths(path))
        .map(({ path, notes, layer }) => evidence(`${path}: ${notes[0]}`, layer)),
      ...overlay.unread
        .filter(({ path }) => paths(path))
        .map(({ path, target }) => evidence(`${path} leads to ${target}, which was not read`)),
    ],
    unknownPackages: [...unknownFiles, ...inventory.coverage.filter(hidesPackages).map(inWords)],
  }
}

function factsIn(read: LayerRead | undefined): LayerFacts | undefined {
  return read && 'blob' in read ? read : undefined
}

function unknownIn(read: LayerRead | undefined, layer: number): readonly CheckEvidence[] {
  if (!read) return [evidence('its content is not known', layer)]
  const gaps = 'blob' in read ? read.gaps.filter(({ reason }) => reason !== tooMuchText) : [read]
  return gaps.map(({ reason = 'unknown', detail }) => evidence(`layer ${layer}: ${detail ?? reason}`, layer))
}

function unsearchedIn(layer: LayerFacts | undefined, index: number): readonly CheckEvidence[] {
  const gaps = layer?.gaps.filter(({ reason }) => reason === tooMuchText) ?? []
  return gaps.map(({ detail = tooMuchText }) => evidence(`layer ${index}: ${detail}`, index))
}

const hidesPackages = ({ reason = '' }: CoverageEntry) =>
  reason === 'NO_PACKAGE_DATABASE' || reason === 'EVIDENCE_UNREADABLE' || reason === 'EVIDENCE_NOT_READ'

const inWords = ({ subject, detail, reason }: CoverageEntry) => evidence(`${subject}: ${detail ?? reason}`)

type Kept = ModeFact | AccountFact | WeakSettingFact

const isKept = (fact: Fact): fact is Kept =>
  fact.kind === 'mode' || fact.kind === 'account' || fact.kind === 'weak-setting'

function placedFacts(readings: readonly SurvivingReading[]): readonly Placed<Kept>[] {
  return readings.flatMap((reading) =>
    reading.facts
      .filter(isKept)
      .map((fact) => ({ ...fact, path: reading.path, layer: originOf(JSON.stringify(fact), reading) })),
  )
}

/** The layer since which a file has said this without a break: who rewrites etc/passwd did not make all accounts. */
function originOf(fact: string, { layer, cataloger, earlier }: SurvivingReading): number {
  let origin = layer
  for (const before of earlier) {
    const same = before.cataloger === cataloger && before.facts.some((other) => JSON.stringify(other) === fact)
    if (!same) return origin
    origin = before.layer
  }
  return origin
}
