import { expect, test } from 'vitest'
import { harbor } from './harbor.ts'

const none = () => undefined
const items = [{ cve_id: 'CVE-2026-1' }, { cve_id: 'CVE-2026-2' }]

test('takes the system’s list, with its end', () => {
  const text = JSON.stringify({ id: 1, project_id: 0, items, expires_at: 1_798_761_600, creation_time: '2026-01-01' })
  expect(harbor.read(text, none)).toEqual({
    taken: ['CVE-2026-1', 'CVE-2026-2'].map((id) => ({
      what: `the allow-list: ${id}`,
      vulnerabilities: [id],
      until: '2027-01-01T00:00:00.000Z',
    })),
    dropped: [],
  })
  expect(harbor.read(JSON.stringify({ items, expires_at: null }), none).taken[0]?.until).toBeUndefined()
})

test('a project’s list is for the project’s repositories', () => {
  const projects = [{ name: 'shop', project_id: 7, cve_allowlist: { project_id: 7, items: items.slice(1) } }]
  expect(harbor.read(JSON.stringify(projects), none).taken).toEqual([
    {
      what: 'the allow-list of shop: CVE-2026-2',
      vulnerabilities: ['CVE-2026-2'],
      until: undefined,
      scope: { repositories: ['shop/**'] },
    },
  ])
})

test('says what it does not take', () => {
  const reasonOf = (value: unknown) => harbor.read(JSON.stringify(value), none).dropped.map(({ why }) => why)
  expect(reasonOf({ project_id: 7, items })).toEqual([
    'it is of a project and does not say its name; take the project itself, with its cve_allowlist',
  ])
  expect(reasonOf({ items, expires_at: 'soon' })).toEqual(['soon is not a time in seconds'])
  expect(reasonOf({ items: [{ cve_id: '*' }, 7] })).toEqual([
    'it is not the id of a vulnerability',
    'it is not the id of a vulnerability',
  ])
  expect(reasonOf(7)).toEqual(['it has no items'])
  expect(() => harbor.read('{', none)).toThrow('the allow-list: is not JSON')
  const deep = `{"items":[${'['.repeat(100_000)}${']'.repeat(100_000)}]}`
  expect(harbor.read(deep, none).dropped.map(({ what }) => what)).toEqual(['the allow-list: a deeply nested value'])
})
