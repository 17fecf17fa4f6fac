import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createStore } from '../../src/adapters/store/create-store.ts'
import { deb, match, noon, npm, scan } from './store-records.ts'
import { builtInRules } from './rules.ts'

/**
 * A process of its own that uses a store: `node store-process.ts <url> <action>`. On SQLite two connections of one process
 * would wait for each other in one thread, so what two processes do at once is tested with two processes.
 */
export type Action = 'migrate' | 'save' | 'match' | 'hold'

/** What `save` stores: images that share packages and sets with each other. */
export const savedImages = Array.from({ length: 20 }, (_, image) =>
  scan(`image ${image}`, [
    ...Array.from({ length: 40 }, (_, index) => deb(`common-${index}`)),
    deb(`own-${image % 5}`),
    npm(`app-${image % 3}`),
  ]),
)

/** Resolves with what the process said, rejects if it failed. */
export async function runStoreProcess(url: string, action: Action): Promise<string> {
  const { child, output } = startStoreProcess(url, action)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${action} ended with ${code}: ${output()}`)
  return output()
}

export function startStoreProcess(url: string, action: Action): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), url, action], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  child.stderr.on('data', (chunk) => (text += chunk))
  return { child, output: () => text }
}

async function main(url: string, action: Action): Promise<void> {
  const store = await createStore({ url })
  switch (action) {
    case 'migrate':
      console.log(JSON.stringify(await store.migrate()))
      break
    case 'save':
      for (const image of savedImages) await store.images.save(image)
      break
    case 'match': {
      const packages = await store.packages.unmatched('all', 1, 0, 1_000)
      for (const { id } of packages) {
        const result = { matches: [match('CVE-2026-0001'), match(`CVE-2026-1${id}`)], uncomparable: [] }
        await store.packages.saveMatches(1, [{ packageId: id, result }], noon, builtInRules)
      }
      break
    }
    case 'hold':
      await store.exclusively('feeds', 1, async () => {
        console.log('held')
        await sleep(60_000)
      })
  }
  await store.close()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(process.argv[2] ?? '', process.argv[3] as Action)
}
