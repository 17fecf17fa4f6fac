import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { Descriptor } from '../src/core/image/manifest.ts'

/** A gzip layer on disk. */
export interface BenchLayer extends Descriptor {
  readonly name: string
  readonly file: string
  readonly uncompressedSize: number
}

/** Three large layers, and a small one for the second image. */
export interface BenchLayers {
  readonly large: readonly BenchLayer[]
  readonly small: BenchLayer
}

/** Part of the cache's name: raise it when the plan below changes. */
const version = 1
const repository = new URL('..', import.meta.url).pathname
const leastCompressedBytes = 300e6

interface Plan {
  readonly name: string
  /** Relative to `from`. */
  readonly roots: readonly string[]
  readonly from: string
  readonly prefix?: string
  readonly budget: number
}

/** What is on a Debian machine anyway: a system, run-times and tools, two applications. Files are taken until the budget is used up. */
const plans: readonly Plan[] = [
  {
    name: 'system',
    from: '/',
    roots: ['etc/os-release', 'usr/lib/os-release', 'var/lib/dpkg/status', 'var/lib/dpkg/info', 'usr/share'],
    budget: 170e6,
  },
  { name: 'runtimes', from: '/', roots: ['usr/bin', 'usr/lib', 'usr/libexec', 'usr/local'], budget: 910e6 },
  { name: 'application', from: repository, roots: ['node_modules'], prefix: 'srv/app/', budget: 240e6 },
]
const smallPlan: Plan = {
  name: 'small',
  from: repository,
  roots: ['package.json', 'package-lock.json', 'node_modules/undici', 'node_modules/yaml'],
  prefix: 'srv/second/',
  budget: 2e6,
}

/** Builds the layers once and keeps them in the temporary directory; more than 300 MB compressed. */
export async function benchLayers(log: (line: string) => void): Promise<BenchLayers> {
  const directory = join(tmpdir(), `tallyman-bench-${version}`)
  const index = join(directory, 'layers.json')
  const cached = await readFile(index, 'utf8').catch(() => undefined)
  if (cached) return JSON.parse(cached) as BenchLayers
  await mkdir(directory, { recursive: true })
  const large: BenchLayer[] = []
  for (const plan of plans) {
    log(`building layer ${plan.name}; it is kept in ${directory}`)
    large.push(await buildLayer(plan, directory))
  }
  const missing = leastCompressedBytes - large.reduce((sum, { size }) => sum + size, 0)
  if (missing > 0) {
    log(`this machine has too little software: ${Math.ceil(missing / 1e6)} MB of noise are added`)
    large.push(await buildLayer(await noise(missing, directory), directory))
  }
  const layers = { large, small: await buildLayer(smallPlan, directory) }
  await writeFile(`${index}.new`, JSON.stringify(layers))
  await rename(`${index}.new`, index)
  return layers
}

async function noise(bytes: number, directory: string): Promise<Plan> {
  const file = await open(join(directory, 'noise'), 'w')
  for (let left = bytes; left > 0; left -= 1e6) await file.write(randomBytes(1e6))
  await file.close()
  return { name: 'noise', from: directory, roots: ['noise'], budget: Infinity }
}

async function buildLayer(plan: Plan, directory: string): Promise<BenchLayer> {
  const file = join(directory, `${plan.name}.tar.gz`)
  const names = await filesOf(plan)
  const tar = spawn(
    'tar',
    // Flag S leaves the targets of symlinks as they are.
    `--create --null --no-recursion --files-from=- --ignore-failed-read --owner=0 --group=0 --numeric-owner --mtime=@1700000000`
      .split(' ')
      .concat(`--transform=s,^,${plan.prefix ?? ''},S`),
    { cwd: plan.from, stdio: ['pipe', 'pipe', 'ignore'] },
  )
  const gzip = spawn('gzip', ['-6', '--no-name'], { stdio: ['pipe', 'pipe', 'inherit'] })
  let uncompressedSize = 0
  tar.stdout.on('data', (chunk: Buffer) => (uncompressedSize += chunk.length))
  tar.stdin.end(names.join('\0'))
  await Promise.all([pipeline(tar.stdout, gzip.stdin), pipeline(gzip.stdout, createWriteStream(file))])
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return {
    name: plan.name,
    file,
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: `sha256:${hash.digest('hex')}`,
    size: (await stat(file)).size,
    uncompressedSize,
  }
}

/** Relative names of directories, files and symlinks, until their sizes reach the budget. */
async function filesOf({ from, roots, budget }: Plan): Promise<string[]> {
  const args = [
    ...roots,
    '-xdev',
    '(',
    '-type',
    'd',
    '-o',
    '-type',
    'f',
    '-o',
    '-type',
    'l',
    ')',
    '-printf',
    String.raw`%s %p\0`,
  ]
  const { stdout } = await promisify(execFile)('find', args, { cwd: from, maxBuffer: 1e9 }).catch(
    // Roots that this machine lacks, and folders that we may not read, are left out.
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  )
  let left = budget
  const names: string[] = []
  for (const line of stdout.split('\0')) {
    const [, size, name] = /^(\d+) (.+)$/s.exec(line) ?? []
    if (!name) continue
    left -= Number(size)
    if (left < 0) break
    names.push(name)
  }
  return names
}
