import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createLayerPool } from '../adapters/layers/pool.ts'
import { createStore } from '../adapters/store/create-store.ts'
import type { ImageSource } from '../core/image/image.ts'
import { blobOf, tar } from '../core/layer/test-archive.ts'
import { readLayers } from './read-layers.ts'

const { signal } = new AbortController()
const file = new URL('../adapters/layers/test-worker.ts', import.meta.url)

test.each([
  ['whose thread ended is read again by the next scan', 'exit', 'LAYER_THREAD_DIED', 4],
  ['that was read is not read again', 'evidence', undefined, 1],
])('a layer %s', async (_, body, reason, opened) => {
  const store = await createStore({ url: 'sqlite::memory:' })
  await store.migrate()
  const layers = createLayerPool({ file, size: 1 })
  const bytes = gzipSync(tar({ name: body === 'exit' ? 'hostile' : 'evidence', body }))
  let opens = 0
  const source: ImageSource = {
    manifest: () => Promise.reject(new Error('nobody asks for it')),
    async *blob() {
      opens++
      yield bytes
    },
  }
  const scan = () => readLayers([blobOf(bytes)], source, { store, layers, progress: () => {} }, signal)
  for (const [read] of [await scan(), await scan()]) {
    expect(read).toMatchObject({ gaps: reason === undefined ? [] : [{ reason }] })
  }
  expect(opens).toBe(opened)
  await layers.close()
  await store.close()
})
