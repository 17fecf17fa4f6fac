import { expect, test } from 'vitest'
import { isInRange, parseVersionRange } from './version-range.ts'
import { schemeFor } from './version-schemes.ts'

const inRange = (ecosystem: string, version: string, range: string) =>
  isInRange(version, parseVersionRange(range), schemeFor(ecosystem))

test('a version is held against every comparator, by its ecosystem’s own order', () => {
  expect(inRange('npm', '1.10.0', '<1.9.0')).toBe(false)
  expect(inRange('npm', '1.10.0', '>=1.9.0, <2')).toBe(true)
  expect(inRange('Debian:12', '3.0.11-1~deb12u2', '<3.0.11-1')).toBe(true)
  expect(inRange('Maven', '2.17.1', '>2.17.0 <=2.17.1')).toBe(true)
  expect(inRange('PyPI', '1.0', '1.0.0')).toBe(true)
})

test('what cannot be compared is in no range but that of itself', () => {
  expect(inRange('npm', 'latest', '<2')).toBe(false)
  expect(inRange('', '7', '=7')).toBe(true)
  expect(inRange('', '7', '<8')).toBe(false)
})

test('anything else is refused with an example', () => {
  for (const text of ['', ' , ', '<', '=>1', '<>1', '1 '.repeat(11)]) {
    expect(() => parseVersionRange(text)).toThrow('is not a range of versions; write for example')
  }
})
