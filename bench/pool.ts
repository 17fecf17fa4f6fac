import { request } from 'undici'
import { createLayerPool } from '../src/adapters/layers/pool.ts'
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
console.log(JSON.stringify({ profile, entries: facts.reduce((sum, { entryCount }) => sum + entryCount, 0) }))
