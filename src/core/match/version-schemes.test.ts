import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isDistro, schemeFor, versionSchemes } from './version-schemes.ts'
import { MAX_VERSION_LENGTH } from './versions/order.ts'

describe.each(versionSchemes.map((scheme) => [scheme.name, scheme] as const))('%s', (name, scheme) => {
  test("orders versions as the ecosystem's own tool was recorded to", () => {
    const table = new URL(`../../../fixtures/versions/${name}.txt`, import.meta.url)
    const pairs = readFileSync(table, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
    expect(pairs.length).toBeGreaterThanOrEqual(300)
    const ours = pairs.map((pair) => {
      const [a = '', , b = ''] = pair.split(' ')
      return `${a} ${signOf(scheme.compare(a, b))} ${b}`
    })
    expect(ours).toEqual(pairs)
  })

  test('does not order what is longer than any real version', () => {
    const longest = `1.${'0'.repeat(MAX_VERSION_LENGTH - 3)}1`
    expect([longest, `${longest}1`].map((version) => scheme.compare(version, version))).toEqual([0, undefined])
  })

  test('gets through hostile text of the greatest length', () => {
    const pieces = [
      '1',
      '0',
      '.',
      '-',
      '~',
      '+',
      'a',
      '1.',
      '1-',
      'a1',
      '1a',
      '.0',
      '-0',
      '.a',
      '-a',
      'a-',
      '0a-',
      '1!',
      '-r',
      '.x',
    ]
    const hostile = ['1', '1.0-', '1.0-a'].flatMap((start) =>
      pieces.flatMap((piece) =>
        ['', '!', '1'].map(
          (end) => `${(start + piece.repeat(MAX_VERSION_LENGTH)).slice(0, MAX_VERSION_LENGTH - 1)}${end}`,
        ),
      ),
    )
    const orders = hostile.map((text) => [scheme.compare(text, text) ?? 0, scheme.compare(text, '1.0') === undefined])
    const parsed = hostile.map((text) => scheme.compare(text, text) === undefined)
    expect(orders).toEqual(parsed.map((unparsed) => [0, unparsed]))
  })
})

test('ecosystems share the scheme of a tool that orders alike, whatever their release', () => {
  const ecosystems = ['Packagist:https://packages.example.com/8', 'Julia', 'Bioconductor', 'GHC', 'VSCode', 'Android']
  const names = ['packagist', 'pub', 'cran', 'hackage', 'semver', undefined]
  expect(ecosystems.map((ecosystem) => schemeFor(ecosystem)?.name)).toEqual(names)
})

test('a vendor that rebuilds packages of another ecosystem orders them as that one does', () => {
  const ecosystems = ['Echo', 'Echo:PyPI', 'Root:Debian:12', 'Root:Alpine:3.20', 'Root:PyPI', 'TuxCare']
  expect(ecosystems.map((ecosystem) => [schemeFor(ecosystem)?.name, isDistro(ecosystem)])).toEqual([
    ['dpkg', true],
    ['pep440', false],
    ['dpkg', true],
    ['apk', true],
    ['pep440', false],
    [undefined, false],
  ])
})

test('a rebuild whose number Semantic Versioning would misplace is not ordered at all', () => {
  expect(['Echo:npm', 'Root:npm'].map(schemeFor)).toEqual([undefined, undefined])
})

function signOf(order: number | undefined): string {
  if (order === undefined) return '?'
  return order === 0 ? '=' : order < 0 ? '<' : '>'
}
