import { expect, test } from 'vitest'
import { lookupKeys } from './lookup.ts'
import { schemeFor } from './version-schemes.ts'

const source = { name: 'src', version: '1' }
const keys = (ecosystem: string) =>
  lookupKeys({ ecosystem, name: 'Bin', version: '1', source }).map((key) => key.replace('\t', ' | '))

test.each([
  ['Debian:12', ['Debian:12 | src', 'Debian | src']],
  ['Alpine:v3.20', ['Alpine:v3.20 | src', 'Alpine | src']],
  ['Wolfi', ['Wolfi | Bin', 'Wolfi | src']],
  ['Rocky Linux:9', ['Rocky Linux:9 | Bin', 'Rocky Linux:9 | src', 'Rocky Linux | Bin', 'Rocky Linux | src']],
  ['npm', ['npm | Bin']],
  ['PyPI', ['PyPI | bin']],
  ['Ubuntu:22.04:LTS', ['Ubuntu:22.04:LTS | src', 'Ubuntu:22.04 | src', 'Ubuntu:Pro:22.04:LTS | src', 'Ubuntu | src']],
])('packages of %s are asked for as %j', (ecosystem, expected) => {
  expect(keys(ecosystem)).toEqual(expected)
})

test('Red Hat: in every repository of the release', () => {
  const asked = keys('Red Hat:enterprise_linux:9::baseos')
  expect(asked).toContain('Red Hat:enterprise_linux:9::appstream | Bin')
  expect(asked).toContain('Red Hat:enterprise_linux:9::baseos | src')
})

test('the release does not change how versions are ordered, and unknown ecosystems have no order', () => {
  expect(
    ['Debian:12', 'Alpine:v3.20', 'openSUSE:Leap 15.6', 'Go', 'PyPI', 'Elsewhere'].map((name) => schemeFor(name)?.name),
  ).toEqual(['dpkg', 'apk', 'rpm', 'semver', 'pep440', undefined])
})
