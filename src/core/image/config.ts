import { isDigest } from './digest.ts'
import type { Digest } from './digest.ts'
import {
  asObject,
  invalid,
  listOf,
  objectOf,
  parseJsonObject,
  refuseLookAlikes,
  textMapOf,
  textOf,
  textsOf,
} from './json-fields.ts'
import type { JsonObject } from './json-fields.ts'
import { maxLayers } from './manifest.ts'
import type { Platform } from './manifest.ts'
import { normalisePlatform } from './platform.ts'

/** image-spec config.md, with one form for what may be absent, null or empty. */
export interface ImageConfig {
  readonly platform: Platform
  /** RFC 3339 as the builder wrote it. */
  readonly created: string | null
  readonly author: string | null
  readonly run: RunConfig
  /** Digests of the uncompressed layers, as claimed: never identity. */
  readonly diffIds: readonly Digest[]
  readonly history: readonly HistoryEntry[]
}

/** How a container of the image starts: the `config` field. */
interface RunConfig {
  /** Empty: root. */
  readonly user: string
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[]
  readonly env: readonly string[]
  readonly entrypoint: readonly string[]
  readonly cmd: readonly string[]
  readonly volumes: readonly string[]
  readonly workingDir: string
  readonly labels: Readonly<Record<string, string>>
  readonly stopSignal: string | null
  readonly shell: readonly string[]
  readonly onBuild: readonly string[]
  /** Docker's addition; `['NONE']` switches an inherited one off. */
  readonly healthcheck: readonly string[] | null
}

/** One build instruction. */
interface HistoryEntry {
  readonly created: string | null
  readonly createdBy: string | null
  readonly comment: string | null
  readonly author: string | null
  /** It changed only the config, and made no layer. */
  readonly emptyLayer: boolean
}

/** Real configs have a few KB; long build arguments and labels reach some 100 KB. */
export const maxConfigBytes = 8 * 1024 * 1024
const maxHistory = 10_000
const maxListEntries = 10_000

const configFields = ['architecture', 'os', 'os.version', 'variant', 'created', 'author', 'config', 'rootfs', 'history']
const runFields = [
  'User',
  'ExposedPorts',
  'Env',
  'Entrypoint',
  'Cmd',
  'Volumes',
  'WorkingDir',
  'Labels',
  'StopSignal',
  'Shell',
  'OnBuild',
  'Healthcheck',
]

/** Reads an image's config from its raw, verified bytes; MANIFEST_INVALID where it cannot be understood. */
export function parseImageConfig(bytes: Buffer): ImageConfig {
  if (bytes.length > maxConfigBytes) throw invalid('config', `is larger than the limit of ${maxConfigBytes} bytes`)
  const body = parseJsonObject(bytes, 'config')
  refuseLookAlikes(body, configFields, 'config')
  const text = (key: string) => textOf(body, key, 'config')
  return {
    platform: normalisePlatform(text('os') ?? '', text('architecture') ?? '', text('variant'), text('os.version')),
    created: text('created') ?? null,
    author: text('author') ?? null,
    run: readRun(objectOf(body, 'config', 'config') ?? {}),
    diffIds: readDiffIds(objectOf(body, 'rootfs', 'config') ?? {}),
    history: (listOf(body, 'history', 'config', maxHistory) ?? []).map(readHistory),
  }
}

function readRun(run: JsonObject): RunConfig {
  const what = 'config.config'
  refuseLookAlikes(run, runFields, what)
  const texts = (key: string) => textsOf(run, key, what, maxListEntries) ?? []
  return {
    user: textOf(run, 'User', what) ?? '',
    exposedPorts: keysOf(run, 'ExposedPorts', what),
    env: texts('Env'),
    entrypoint: texts('Entrypoint'),
    cmd: texts('Cmd'),
    volumes: keysOf(run, 'Volumes', what),
    workingDir: textOf(run, 'WorkingDir', what) ?? '',
    labels: textMapOf(run, 'Labels', what) ?? {},
    stopSignal: textOf(run, 'StopSignal', what) ?? null,
    shell: texts('Shell'),
    onBuild: texts('OnBuild'),
    healthcheck: readHealthcheck(objectOf(run, 'Healthcheck', what)),
  }
}

/** Sets are written as objects with empty values. */
function keysOf(object: JsonObject, key: string, what: string): string[] {
  const keys = Object.keys(objectOf(object, key, what) ?? {})
  if (keys.length > maxListEntries) throw invalid(`${what}.${key}`, `has more than ${maxListEntries} entries`)
  return keys
}

function readHealthcheck(healthcheck: JsonObject | undefined): string[] | null {
  const test = healthcheck && textsOf(healthcheck, 'Test', 'config.config.Healthcheck', maxListEntries)
  return test?.length ? test : null
}

function readDiffIds(rootfs: JsonObject): Digest[] {
  refuseLookAlikes(rootfs, ['type', 'diff_ids'], 'config.rootfs')
  const diffIds = textsOf(rootfs, 'diff_ids', 'config.rootfs', maxLayers) ?? []
  const odd = diffIds.find((diffId) => !isDigest(diffId))
  if (odd !== undefined) throw invalid('config.rootfs.diff_ids', `${JSON.stringify(odd)} is not a sha256 digest`)
  return diffIds as Digest[]
}

function readHistory(value: unknown, index: number): HistoryEntry {
  const what = `config.history[${index}]`
  const entry = asObject(value, what)
  const text = (key: string) => textOf(entry, key, what) ?? null
  return {
    created: text('created'),
    createdBy: text('created_by'),
    comment: text('comment'),
    author: text('author'),
    emptyLayer: entry.empty_layer === true,
  }
}
