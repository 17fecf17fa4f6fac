import { describe, expect, test } from 'vitest'
import { licenseTest } from './license.ts'

describe('a list of what is denied', () => {
  const decide = licenseTest({ deny: ['GPL-*', 'AGPL-3.0-only', 'BSL-1.1', 'Commons Clause*'] })

  test.each([
    [['MIT'], 'free'],
    [['GPL-3.0-only'], 'caught'],
    [['GPL-2.0+'], 'caught'],
    [['MIT OR GPL-3.0-only'], 'free'],
    [['MIT AND GPL-3.0-only'], 'caught'],
    [['(MIT OR GPL-3.0-only) AND (Apache-2.0 OR AGPL-3.0-only)'], 'free'],
    [['(GPL-2.0-only OR GPL-3.0-only) AND MIT'], 'caught'],
    [['MIT OR Apache-2.0 AND GPL-3.0-only'], 'free'],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], 'caught'],
    [['MIT', 'GPL-3.0-only'], 'caught'],
    [['Commons Clause License Condition v1.0'], 'caught'],
    [['Some licence of ours'], 'free'],
    [[], 'unknown'],
  ])('%j: %s', (licenses, decision) => {
    expect(decide(licenses)).toBe(decision)
  })
})

describe('a list of what is allowed', () => {
  const decide = licenseTest({ allow: ['MIT', 'Apache-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0', 'BSD*'] })

  test.each([
    [['MIT'], 'free'],
    [['ISC'], 'caught'],
    [['ISC OR MIT'], 'free'],
    [['ISC AND MIT'], 'caught'],
    [['GPL-2.0-only'], 'caught'],
    [['GPL-2.0-only WITH Classpath-exception-2.0'], 'free'],
    [['Apache-2.0 WITH LLVM-exception'], 'free'],
    [['BSD like'], 'free'],
    [['public domain'], 'caught'],
    [[''], 'caught'],
    [[], 'unknown'],
  ])('%j: %s', (licenses, decision) => {
    expect(decide(licenses)).toBe(decision)
  })
})

test('of both lists, one that is allowed and not denied is free', () => {
  const decide = licenseTest({ allow: ['GPL*', 'MIT'], deny: ['GPL-3.0*'] })
  expect([['GPL-2.0-only'], ['GPL-3.0-only'], ['MIT'], ['ISC']].map((licenses) => decide(licenses))).toEqual([
    'free',
    'caught',
    'free',
    'caught',
  ])
})

test('writes licences in whatever case: SPDX compares them without it', () => {
  const denied = licenseTest({ deny: ['GPL-3.0-only', 'proprietary'] })
  expect([['gpl-3.0-only'], ['Proprietary'], ['mit']].map((licenses) => denied(licenses))).toEqual([
    'caught',
    'caught',
    'free',
  ])
  expect(licenseTest({ allow: ['mit'] })(['MIT'])).toBe('free')
})

test('a text that is no expression that anybody wrote is one licence by its whole text', () => {
  const decide = licenseTest({ allow: ['MIT', 'MIT AND *'] })
  const nested = `${'('.repeat(499)}MIT${')'.repeat(498)}`
  const chain = 'MIT AND '.repeat(10_000)
  expect([[nested], [chain], [`${chain}MIT`]].map((licenses) => decide(licenses))).toEqual(['caught', 'free', 'free'])
})
