import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pino } from 'pino'
import { writeLayout, type Built } from './build-image.ts'
import { openLayout } from '../../src/adapters/archive/layout.ts'
import { osvFeed } from '../../src/adapters/feeds/osv.ts'
import { createInlineLayerReader } from '../../src/adapters/layers/inline.ts'
import { createStore } from '../../src/adapters/store/create-store.ts'
import type { Store } from '../../src/adapters/store/store.ts'
import type { Digest } from '../../src/core/image/digest.ts'
import { parsePlatform } from '../../src/core/image/platform.ts'
import { catalogers } from '../../src/core/inventory/catalogers.ts'
import { builtInRules } from './rules.ts'
import type { Report } from '../../src/core/report/report.ts'
import { buildReport } from '../../src/flows/build-report.ts'
import { refreshFeeds } from '../../src/flows/refresh-feeds.ts'
import { scanImage } from '../../src/flows/scan-image.ts'

export interface LocalScans {
  readonly store: Store
  /** Scans the image from a layout called `name`, whose tag is `latest`; `platform` is the one to scan, all without it. */
  scan(name: string, image: Built, platform?: string): Promise<Report>
  /** Of an image that was scanned before, as the store has it now. */
  report(digest: Digest): Promise<Report>
  close(): Promise<void>
}

/** What `scan --layout` does, on a store of its own; `feed` is advisories by path in the layout of the OSV bucket. */
export async function startLocalScans(feed: Readonly<Record<string, object>> = {}): Promise<LocalScans> {
  const directory = await mkdtemp(join(tmpdir(), 'tallyman-scans-'))
  const store = await createStore({ url: join(directory, 'store.db') })
  await store.migrate()
  const signal = AbortSignal.timeout(60_000)
  const now = () => new Date('2026-05-01T12:00:00.000Z')
  for (const [path, record] of Object.entries(feed)) {
    await mkdir(dirname(join(directory, 'feed', path)), { recursive: true })
    await writeFile(join(directory, 'feed', path), JSON.stringify(record))
  }
  if (Object.keys(feed).length > 0) {
    const log = pino({ level: 'silent' })
    await refreshFeeds(
      [{ mirrors: [osvFeed({ location: join(directory, 'feed') })], maxLoss: null }],
      { store, log, rules: async () => builtInRules, now },
      signal,
    )
  }
  const layers = createInlineLayerReader(catalogers)
  const deps = { store, layers, rules: async () => builtInRules, engine: '0.0.0', now, progress: () => {} }
  const report = async (digest: Digest) => (await buildReport(digest, null, deps)) as Report

  return {
    store,
    report,
    async scan(name, image, platform) {
      await writeLayout(join(directory, name), image)
      const target = {
        source: await openLayout(join(directory, name), signal),
        location: { registry: 'layout', repository: name },
        reference: name,
        tag: 'latest',
        tagOrDigest: 'latest',
        platform: (platform && parsePlatform(platform)) || null,
      }
      const { root, failure } = await scanImage(target, deps, signal)
      if (failure) throw failure
      return report(root.digest)
    },
    async close() {
      await layers.close()
      await store.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
