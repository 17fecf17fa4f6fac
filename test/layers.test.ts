import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/**
 * The import rules of ARCHITECTURE.md. `may` lists the rooms whose values may be imported, `types` those of which only
 * types may be; a room may always import itself.
 */
const rules: Record<string, { may: readonly string[]; types?: readonly string[]; node: 'any' | readonly string[] }> = {
  core: { may: ['errors'], node: ['buffer', 'crypto', 'path', 'util', 'zlib', 'stream'] },
  adapters: { may: ['core', 'errors'], node: 'any' },
  flows: { may: ['core', 'errors', 'log'], types: ['adapters'], node: 'any' },
  http: { may: ['flows', 'core', 'errors', 'log'], types: ['adapters'], node: 'any' },
  cli: { may: ['flows', 'core', 'errors', 'log'], types: ['adapters'], node: 'any' },
  errors: { may: [], node: [] },
  log: { may: [], node: [] },
  // Words that a key takes are the core's: kinds of feeds, of notices.
  config: { may: ['core', 'errors', 'config-schema'], node: 'any' },
  'config-schema': { may: ['core'], node: [] },
}

/** In-memory databases are parsed, not opened: an rpm database inside a layer is SQLite, and node:sqlite is its parser. */
const exceptions = new Set(['src/core/inventory/rpm.ts node:sqlite', 'src/core/inventory/rpm-sqlite.ts node:sqlite'])

const root = fileURLToPath(new URL('..', import.meta.url))
const sources = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))

interface Import {
  readonly from: string
  readonly to: string
  readonly typeOnly: boolean
}

const statement = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|import\('([^']+)'\)/gm

const imports: Import[] = sources.flatMap((from) =>
  [...readFileSync(join(root, from), 'utf8').matchAll(statement)].map(([, type, target, dynamic]) => {
    const to = target ?? dynamic ?? ''
    const resolved = to.startsWith('.') ? relative(root, join(root, dirname(from), to)) : to
    return { from, to: resolved, typeOnly: type !== undefined }
  }),
)

function room(file: string): string {
  const [, first = ''] = file.split('/')
  return first.replace(/\.ts$/, '')
}

function violation({ from, to, typeOnly }: Import): string | undefined {
  const rule = rules[room(from)]
  if (!rule) return undefined // the wiring may import everything
  if (to.startsWith('node:')) {
    const allowed =
      rule.node === 'any' || rule.node.includes(to.slice('node:'.length)) || exceptions.has(`${from} ${to}`)
    return allowed ? undefined : `${from} imports ${to}`
  }
  if (!to.startsWith('src/')) return undefined // a package; knip sees that it is declared
  const target = room(to)
  if (['wire', 'serve', 'worker-metrics', 'feed-thread', 'sweeping', 'actions', 'main'].includes(target))
    return `${from} imports ${to}: nothing imports the wiring`
  if (target === room(from)) {
    const other = room(from) === 'adapters' && from.split('/')[2] !== to.split('/')[2]
    return other ? `${from} imports ${to}: adapters do not know each other` : undefined
  }
  if (rule.may.includes(target) || (typeOnly && rule.types?.includes(target))) return undefined
  return `${from} imports ${to}`
}

test('every import keeps to the table of who may import whom', () => {
  expect(imports.length).toBeGreaterThan(50)
  expect(imports.map(violation).filter((line) => line !== undefined)).toEqual([])
})

test('the environment is read in config.ts alone', () => {
  const readers = sources.filter((file) => /process\.env\b/.test(readFileSync(join(root, file), 'utf8')))
  expect(readers).toEqual(['src/config.ts'])
})

test('there are no dumping grounds and no barrel files', () => {
  expect(sources.filter((file) => /(^|\/)(index|utils?|helpers?|common|misc)(\.ts|\/)/.test(file))).toEqual([])
})
