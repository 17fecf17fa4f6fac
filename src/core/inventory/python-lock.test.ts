import { expect, test } from 'vitest'
import { catalog, fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { lockedFacts } from '../../../fixtures/catalogers/locked-facts.ts'
import { pythonLock } from './python-lock.ts'

test('wants the lock files of applications', () => {
  const wanted = ['poetry.lock', 'srv/uv.lock', 'srv/pdm.lock', 'srv/pylock.toml', 'srv/pylock.dev.toml']
  const others = [
    'srv/Cargo.lock',
    'srv/pyproject.toml',
    'srv/pylock.a.b.toml',
    'usr/lib/python3/dist-packages/x/poetry.lock',
    'venv/lib/python3.12/site-packages/x/uv.lock',
  ]
  expect([...wanted, ...others].filter((path) => wants(pythonLock, path))).toEqual(wanted)
})

test.each([
  ["Poetry's", 'python-lock/poetry.lock', ['lantern 2.4.1', 'wick 1.0.3', 'buoy 0.3.0']],
  ["uv's", 'python-lock/uv.lock', ['lantern 2.4.1', 'buoy 0.3.0']],
  ["PDM's", 'python-lock/pdm.lock', ['lantern 2.4.1']],
  ['the common one', 'python-lock/pylock.toml', ['lantern 2.4.1']],
])('reads %s', (_, file, packages) => {
  expect(catalog(pythonLock, 'app/poetry.lock', fixture(file))).toEqual({
    facts: lockedFacts('pypi', ...packages),
    notes: [],
  })
})

test.each([
  ['no packages', 'package = []\n', []],
  ['an empty file', '', []],
  ['line ends of Windows', '[[package]]\r\nname = "a"\r\nversion = "1.0"\r\n', ['a 1.0']],
])('takes %s', (_, content, packages: string[]) => {
  expect(catalog(pythonLock, 'app/poetry.lock', content)).toEqual({
    facts: lockedFacts('pypi', ...packages),
    notes: [],
  })
})

test.each([
  ['<html>', 'it has text that is not TOML'],
  ['[[package]]\nversion = "1"\n', 'the name or version of its package 1 is not a word'],
  ['[[package]]\nname = "a b"\nversion = "1"\n', 'the name or version of its package 1 is not a word'],
])('notes of %j: %s', (content, note) => {
  expect(catalog(pythonLock, 'app/poetry.lock', content)).toEqual({ facts: [], notes: [note] })
})
