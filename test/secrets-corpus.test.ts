import { opendir, readFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { secrets } from '../src/core/inventory/secrets.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = join(root, 'node_modules')

/** Where an image may have the packages: in an application, and where nothing tells that they are packages. */
const places = ['srv/app/node_modules', 'srv/app/lib']

test('ordinary packages hold no more than one false alarm in 10,000 files', { timeout: 120_000 }, async () => {
  let files = 0
  const alarms = new Map(places.map((place) => [place, new Set<string>()]))
  const problems: string[] = []
  for await (const entry of await opendir(packages, { recursive: true })) {
    const file = join(entry.parentPath, entry.name)
    const path = relative(packages, file)
    // Test runners and linters keep what they compiled there: it is no package.
    if (!entry.isFile() || path.startsWith('.')) continue
    files++
    const bytes = await readFile(file)
    if (bytes.length > secrets.maxBytes) continue
    if (!secrets.wantsContent?.(bytes.subarray(0, 64), path, basename(path), bytes.length)) continue
    for (const place of places) {
      const found = [...secrets.read({ path: `${place}/${path}`, bytes }, (problem) => problems.push(problem))]
      if (found.length > 0) alarms.get(place)!.add(path)
    }
  }
  expect(files).toBeGreaterThan(5_000)
  expect(problems).toEqual([])
  for (const [place, paths] of alarms) {
    expect(paths.size, `${place}: ${[...paths].slice(0, 10).join(', ')}`).toBeLessThanOrEqual(files / 10_000)
  }
})
