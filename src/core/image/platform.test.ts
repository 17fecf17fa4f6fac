import { expect, test } from 'vitest'
import { formatPlatform, normalisePlatform, parsePlatform, platformMatches } from './platform.ts'

test.each([
  ['linux/amd64', 'linux/amd64'],
  ['linux/x86_64', 'linux/amd64'],
  ['Linux/AArch64', 'linux/arm64'],
  ['linux/arm64/v8', 'linux/arm64'],
  ['linux/arm64/v9', 'linux/arm64/v9'],
  ['linux/arm', 'linux/arm/v7'],
  ['linux/arm/6', 'linux/arm/v6'],
  ['linux/armhf', 'linux/arm/v7'],
  ['linux/armel', 'linux/arm/v6'],
  ['linux/i386', 'linux/386'],
  ['linux/amd64/v3', 'linux/amd64/v3'],
  ['macos/arm64', 'darwin/arm64'],
  ['windows/amd64', 'windows/amd64'],
])('%s is %s', (text, normal) => {
  expect(formatPlatform(parsePlatform(text)!)).toBe(normal)
})

test.each(['', 'linux', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux/arm/', 'linux/am d64'])(
  '"%s" is not a platform',
  (text) => {
    expect(parsePlatform(text)).toBeUndefined()
  },
)

test('a wish without variant or OS version takes any', () => {
  const wanted = parsePlatform('linux/amd64')!
  expect(platformMatches(wanted, normalisePlatform('linux', 'amd64', 'v3'))).toBe(true)
  expect(platformMatches(parsePlatform('linux/amd64/v3')!, wanted)).toBe(false)
  expect(platformMatches(parsePlatform('windows/amd64')!, normalisePlatform('windows', 'amd64', '', '10.0.1'))).toBe(
    true,
  )
  expect(platformMatches(parsePlatform('linux/arm')!, normalisePlatform('linux', 'arm', 'v6'))).toBe(false)
})
