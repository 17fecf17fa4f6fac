import { request } from 'undici'
import { createLayerPool } from '../src/adapters/layers/pool.ts'
import { runBenchmark } from '../src/core/benchmark/benchmark.ts'
import { parseImageConfig } from '../src/core/image/config.ts'
import { overlayOf, takeInventory } from '../src/core/inventory/inventory.ts'
import { findSecrets } from '../src/core/secrets/find-secrets.ts'
import type { LayerProfile } from '../src/core/layer/evidence.ts'
import type { LayerBlob } from '../src/core/layer/facts.ts'

/*
 * The layer pipeline alone: fetches the layers over plain HTTP and reads them in the pool, as a process of its own.
 * Arguments: the repository's URL, then the layers as JSON. Prints the milliseconds of each cataloger as JSON.
 */
const [repository = '', json = '[]'] = process.argv.slice(2)
const profile: LayerProfile = { wants: 0, read: {} }
const pool = createLayerPool({
  onProfile: (_, { wants, read }) => {
    profile.wants += wants
    for (const [cataloger, time] of Object.entries(read))
      profile.read[cataloger] = (profile.read[cataloger] ?? 0) + time
  },
})
const { signal } = new AbortController()

async function* fetched(blob: LayerBlob): AsyncGenerator<Uint8Array> {
  const { body } = await request(`${repository}/blobs/${blob.digest}`)
  yield* body
}

const facts = await Promise.all(
  (JSON.parse(json) as LayerBlob[]).map((blob) => pool.read(blob, () => fetched(blob), signal)),
)
await pool.close()
const gaps = facts.flatMap(({ gaps }) => gaps)
if (gaps.length > 0) throw new Error(`the layers have gaps: ${JSON.stringify(gaps)}`)
/** What a scan does with the facts of layers besides taking the inventory. */
function timed<T>(work: () => T): { readonly result: T; readonly milliseconds: number } {
  const started = performance.now()
  const result = work()
  return { result, milliseconds: performance.now() - started }
}
const config = parseImageConfig(Buffer.from('{"os":"linux","architecture":"amd64"}'))
const layers = facts.map(({ blob }, index) => ({
  digest: blob,
  mediaType: '',
  size: 0,
  diffId: null,
  createdBy: `layer ${index}`,
}))
const image = { layers, read: facts }
const overlay = overlayOf(image)
const inventory = takeInventory(image, overlay)
const secrets = timed(() => findSecrets({ config, ...image }))
const checks = timed(() => runBenchmark({ config, ...image, overlay, inventory, secrets: secrets.result }))
profile.read['(secrets of the image)'] = secrets.milliseconds
profile.read['(benchmark of the image)'] = checks.milliseconds
console.log(JSON.stringify({ profile, entries: facts.reduce((sum, { entryCount }) => sum + entryCount, 0) }))
