import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { secretRules } from './rules.ts'

const docs = readFileSync(new URL('../../../docs/secrets.md', import.meta.url), 'utf8')

test('docs/secrets.md has exactly the rules, with their titles', () => {
  const [, table = ''] = docs.split('| --- | --- | --- |')
  const rows = [...table.matchAll(/^\| ([a-z0-9-]+) \| (.+?) \| .+ \|$/gm)].map(([, id, title]) => `${id}: ${title}`)
  expect(rows).toEqual([...new Set(secretRules.map(({ id, title }) => `${id}: ${title}`))])
})

test('a rule has keywords that its pattern can be tried at, or files that it is tried in', () => {
  const odd = secretRules.filter(
    ({ keywords, pattern, files }) =>
      keywords.length > 0 === (files !== undefined) || keywords.includes('') || pattern.flags !== (files ? 'dg' : 'dy'),
  )
  expect(odd.map(({ id }) => id)).toEqual([])
})
