import { expect, test } from 'vitest'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { isOfApplication, isReleased, locked, splitAtSign } from './lock-file.ts'

test('names each version once, and notes what is no word', () => {
  const notes: string[] = []
  const packages = [
    { name: 'a', version: '1' },
    { name: 'a', version: '1' },
    { name: 'a', version: '2' },
    { name: 7, version: '1' },
    { name: 'b', version: undefined },
  ]
  expect([...locked('npm', packages, (problem) => notes.push(problem))]).toEqual(lockedFacts('npm', 'a 1', 'a 2'))
  expect(notes).toEqual([4, 5].map((index) => `the name or version of its package ${index} is not a word`))
})

test.each([
  ['srv/app/yarn.lock', true],
  ['my_node_modules/app/yarn.lock', true],
  ['srv/gems/yarn.lock', true],
  ['usr/lib/node_modules/npm/yarn.lock', false],
  ['usr/lib/ruby/gems/3.1.0/gems/rbs-2.1.0/steep/Gemfile.lock', false],
  ['venv/lib/python3.12/site-packages/a/uv.lock', false],
  ['go/pkg/mod/example.com/a@v1.0.0/ui/yarn.lock', false],
])('%s is of an application: %s', (path, expected) => {
  expect(isOfApplication(path)).toBe(expected)
})

test.each(['1.0.0', '2024d', '1.0.0-rc.1+build', '1!2.0'])('%s can be compared', (version) => {
  expect(isReleased(version)).toBe(true)
})

test.each([undefined, 1, '', 'main', 'file:../a', '1.0.0 || 2', 'https://example.com', '1/2'])(
  '%s cannot be compared',
  (version) => {
    expect(isReleased(version)).toBe(false)
  },
)

test.each([
  ['@a/b@1', { name: '@a/b', version: '1' }],
  ['a@b@1', { name: 'a@b', version: '1' }],
  ['@a', undefined],
  ['a', undefined],
])('splits %s', (text, parts) => {
  expect(splitAtSign(text)).toEqual(parts)
})
