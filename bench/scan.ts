import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LayerProfile } from '../src/core/layer/evidence.ts'
import { startDockerRegistry } from '../test/support/docker-registry.ts'
import type { BenchLayer, BenchLayers } from './image.ts'
import { measureProgram, measureShell, median, quoted, rounded, type Cost } from './measure.ts'
import { pushImage } from './push.ts'

export interface ScanFigures {
  readonly scan: Record<string, number>
  readonly warm: Record<string, number>
  /** Milliseconds by cataloger, and their share of the pipeline's CPU in percent. */
  readonly catalogers: Record<string, { readonly milliseconds: number; readonly percent: number }>
  readonly image: Record<string, number>
  /** What the benchmark and the search for secrets cost, of a cold scan's CPU. */
  readonly checksAndSecrets: Record<string, number>
}

type Series = 'pull' | 'test' | 'cold' | 'pipeline' | 'warm' | 'small'

/**
 * Alternates, against a local registry: `curl | gzip -dc` and `gzip -t` of the layers, a cold scan, the layer pipeline
 * alone, a warm scan of a second image that has one more small layer, and a cold scan of that small layer alone.
 */
export async function benchScan(
  layers: BenchLayers,
  rounds: number,
  log: (line: string) => void,
): Promise<ScanFigures> {
  const registry = await startDockerRegistry()
  try {
    log(`pushing to ${registry.host}`)
    const first = await pushImage(registry.host, 'first', layers.large)
    const second = await pushImage(registry.host, 'second', [...layers.large, layers.small])
    const small = await pushImage(registry.host, 'small', [layers.small])
    const repository = `http://${registry.host}/v2/bench/first`
    const runs: Record<Series, Cost[]> = { pull: [], test: [], cold: [], pipeline: [], warm: [], small: [] }
    for (let round = 1; round <= rounds; round++) {
      log(`round ${round} of ${rounds}`)
      runs.pull.push(
        await measureShell(
          each(layers.large, (layer) => `curl -fsS ${urlOf(repository, layer)} | gzip -dc >/dev/null`),
        ),
      )
      const home = await mkdtemp(join(tmpdir(), 'tallyman-bench-home-'))
      runs.cold.push(await scan(first, home))
      runs.warm.push(await scan(second, home))
      await rm(home, { recursive: true })
      runs.pipeline.push(await measureProgram('pool.ts', [repository, JSON.stringify(layers.large)]))
      const other = await mkdtemp(join(tmpdir(), 'tallyman-bench-home-'))
      runs.small.push(await scan(small, other))
      await rm(other, { recursive: true })
      runs.test.push(await measureShell(each(layers.large, ({ file }) => `gzip -t ${quoted(file)}`)))
    }
    return figuresOf(runs, layers)
  } finally {
    await registry.stop()
  }
}

function each(layers: readonly BenchLayer[], command: (layer: BenchLayer) => string): string {
  return `set -e\n${layers.map(command).join('\n')}`
}

function urlOf(repository: string, { digest }: BenchLayer): string {
  return quoted(`${repository}/blobs/${digest}`)
}

/** As a user would, with a store of its own; without a feed the verdict is `inconclusive` (2). */
function scan(reference: string, home: string): Promise<Cost> {
  const args = ['scan', reference, '--plain-http', '--feed', 'none', '-o', 'json']
  return measureProgram('../bin/tallyman', args, { env: { TALLYMAN_HOME: home }, exitCodes: [0, 1, 2] })
}

function figuresOf(runs: Record<Series, readonly Cost[]>, { large }: BenchLayers): ScanFigures {
  const cpu = (series: Series): number => median(runs[series].map(({ cpuSeconds }) => cpuSeconds))
  const wall = (series: Series): number => median(runs[series].map(({ wallSeconds }) => wallSeconds))
  const rss = (series: Series): number => median(runs[series].map(({ rssMiB }) => rssMiB ?? 0))
  const compressed = large.reduce((sum, { size }) => sum + size, 0)
  const inflated = large.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0)
  return {
    image: {
      compressedMB: rounded(compressed / 1e6, 0),
      uncompressedMB: rounded(inflated / 1e6, 0),
      entries: pipelineOutput(runs.pipeline[0]!).entries,
    },
    scan: {
      cpuRatioToGzip: rounded(cpu('cold') / cpu('pull')),
      cpuRatioToGzipTest: rounded(cpu('cold') / cpu('test')),
      cpuSeconds: rounded(cpu('cold')),
      wallSeconds: rounded(wall('cold')),
      peakRssMiB: rounded(rss('cold'), 0),
      gzipCpuSeconds: rounded(cpu('pull')),
      gzipWallSeconds: rounded(wall('pull')),
      gzipTestCpuSeconds: rounded(cpu('test')),
      gzipTestWallSeconds: rounded(wall('test')),
      pipelineCpuSeconds: rounded(cpu('pipeline')),
      pipelineCpuRatioToGzip: rounded(cpu('pipeline') / cpu('pull')),
      pipelineWallSeconds: rounded(wall('pipeline')),
      pipelinePeakRssMiB: rounded(rss('pipeline'), 0),
    },
    warm: {
      seconds: rounded(wall('warm')),
      cpuSeconds: rounded(cpu('warm')),
      peakRssMiB: rounded(rss('warm'), 0),
      // An image of the new layer alone, in an empty store.
      newLayerAloneSeconds: rounded(wall('small')),
      secondsBeyondNewLayer: rounded(wall('warm') - wall('small')),
    },
    checksAndSecrets: besideInventory(runs.pipeline.map(pipelineOutput), cpu('cold')),
    catalogers: sharesOf(runs.pipeline.map(pipelineOutput), cpu('pipeline')),
  }
}

interface PipelineOutput {
  readonly profile: LayerProfile
  readonly entries: number
}

function pipelineOutput({ stdout }: Cost): PipelineOutput {
  return JSON.parse(stdout) as PipelineOutput
}

const ofChecks = ['accounts', 'unverified-sources', 'sshd-config', 'sudoers', '(benchmark of the image)']
const ofSecrets = ['secrets', '(secrets of the image)']

/** `percentAdded`: beyond what the scan would cost without them. */
function besideInventory(outputs: readonly PipelineOutput[], cpuSeconds: number): Record<string, number> {
  const sum = (names: readonly string[]): number =>
    median(outputs.map(({ profile }) => names.reduce((total, name) => total + (profile.read[name] ?? 0), 0)))
  const [checks, secrets] = [sum(ofChecks), sum(ofSecrets)]
  const own = checks + secrets
  return {
    checksMilliseconds: rounded(checks, 1),
    secretsMilliseconds: rounded(secrets, 1),
    percentAdded: rounded((own / (cpuSeconds * 1_000 - own)) * 100, 1),
  }
}

function sharesOf(outputs: readonly PipelineOutput[], cpuSeconds: number): ScanFigures['catalogers'] {
  const times = (name: string): number[] => outputs.map(({ profile }) => profile.read[name] ?? profile.wants)
  const names = ['asking all', ...Object.keys(outputs[0]!.profile.read).sort()]
  return Object.fromEntries(
    names.map((name) => {
      const milliseconds = median(times(name))
      return [name, { milliseconds: rounded(milliseconds, 1), percent: rounded(milliseconds / cpuSeconds / 10, 1) }]
    }),
  )
}
