import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { feedTypes } from '../src/adapters/feeds/feeds.ts'
import { channels } from '../src/adapters/notifications/channels.ts'
import { dialects } from '../src/adapters/webhooks/dialects.ts'
import { configKeys } from '../src/config.ts'
import type { RuleText } from '../src/core/benchmark/rule.ts'
import { ruleCatalogue } from '../src/core/benchmark/rules.ts'
import { catalogers } from '../src/core/inventory/catalogers.ts'
import { versionSchemes } from '../src/core/match/version-schemes.ts'
import { importers } from '../src/core/policy/imports/importers.ts'
import { errorCodes } from '../src/errors.ts'

/** Extensions are one file, one exported const, one line in a list, one test beside it, one row in the docs. */
const kinds = [
  { kind: 'cataloger', folder: 'src/core/inventory', docs: 'docs/catalogers.md', modules: catalogers },
  {
    kind: 'version scheme',
    folder: 'src/core/match/versions',
    docs: 'docs/version-schemes.md',
    modules: versionSchemes,
  },
  { kind: 'feed', folder: 'src/adapters/feeds', docs: 'docs/feeds.md', modules: feedTypes },
  { kind: 'webhook dialect', folder: 'src/adapters/webhooks', docs: 'docs/webhooks.md', modules: dialects },
  { kind: 'importer', folder: 'src/core/policy/imports', docs: 'docs/exceptions.md', modules: importers },
  { kind: 'rule', folder: 'src/core/benchmark/rules', docs: 'docs/benchmark.md', modules: ruleCatalogue },
  { kind: 'channel', folder: 'src/adapters/notifications', docs: 'docs/notifications.md', modules: channels },
] as const

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const camelCase = (name: string) => name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())

for (const { kind, folder, docs, modules } of kinds) {
  describe(kind, () => {
    test('names are unique', () => {
      const names = modules.map(({ name }) => name)
      expect(names).toEqual([...new Set(names)])
    })

    for (const { name } of modules) {
      test(`${name} is one file with one exported value, a test beside it and a row in ${docs}`, () => {
        const file = join(folder, `${name}.ts`)
        const exported = [
          ...read(file).matchAll(
            /^export const (\w+): (?:Cataloger|VersionScheme|Dialect|Channel|FeedType|Importer|ContentRule|StandingRule)\b/gm,
          ),
        ]
        expect(exported.map(([, value]) => value)).toEqual([camelCase(name)])
        expect(existsSync(join(root, folder, `${name}.test.ts`))).toBe(true)
        expect(read(docs)).toContain(`| ${name} |`)
      })
    }
  })
}

test('every rule of the benchmark has an id of its own, and every file of its folder is in the list', () => {
  expect(new Set(ruleCatalogue.map(({ id }) => id)).size).toBe(ruleCatalogue.length)
  const files = readdirSync(join(root, 'src/core/benchmark/rules')).filter((file) => !file.endsWith('.test.ts'))
  expect(files).toEqual(ruleCatalogue.map(({ name }) => `${name}.ts`).toSorted())
})

test('docs/benchmark.md has exactly the rules of the list, with what they say of themselves', () => {
  const row = ({ id, name, references, title, level, withoutEvidence }: RuleText) =>
    `| ${id} | ${name} | ${references.join(', ')} | ${title} | ${level} | ${withoutEvidence} |`
  const rows = [...read('docs/benchmark.md').matchAll(/^\| (?:CIS|DKL|TM)-.*\|$/gm)].map(([line]) => line)
  expect(rows).toEqual(ruleCatalogue.map(row))
})

test('docs/errors.md has exactly the codes of the table, with what they mean', () => {
  const rows = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (yes|no) \| (.+) \|$/gm)]
  const documented = rows.map(([, code, status, retry, meaning]) => ({
    code,
    status: Number(status),
    retry: retry === 'yes',
    meaning,
  }))
  const table = Object.entries(errorCodes).map(([code, { status, retry, meaning }]) => ({
    code,
    status,
    retry,
    meaning,
  }))
  expect(documented).toEqual(table)
})

test('docs/config.md has exactly the keys of the schema, with variable and default', () => {
  const rows = [...read('docs/config.md').matchAll(/^\| `([^`]+)` \| `(TALLYMAN_[^`]+)` \| (.*?) \| (.+) \|$/gm)]
  const documented = rows.map(([, key, variable, byDefault, description]) => ({
    key,
    variable,
    byDefault,
    description,
  }))
  const schema = configKeys().map(({ key, variable, default: byDefault, description, secret }) => ({
    key,
    variable: secret ? `${variable}[_FILE]` : variable,
    byDefault: byDefault === undefined ? '' : `\`${byDefault}\``,
    description,
  }))
  expect(documented).toEqual(schema)
})
