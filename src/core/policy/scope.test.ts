import { describe, expect, test } from 'vitest'
import { imageFacts, place } from '../../../test/support/policy-records.ts'
import { digestOf } from '../image/digest.ts'
import type { ImageFacts } from './image-facts.ts'
import type { Scope } from './policy.ts'
import { exceptionHolds, isBuiltOn, policyHolds } from './scope.ts'

const base = { digest: digestOf('debian'), references: ['hub/base/debian:12'], created: null, layers: 1 }
const production = place('hub', 'team/app', 'prod', 'v1')
const playground = place('lab', 'play/app', 'latest')
const image = imageFacts({ labels: { tier: 'production', team: 'a' }, base, places: [production] })

const both: readonly (readonly [string, readonly Scope[], boolean])[] = [
  ['no scope at all', [], true],
  ['a scope that asks nothing', [{}], true],
  [
    'registry, repository and tag of one place',
    [{ registries: ['hub'], repositories: ['team/*'], tags: ['v*'] }],
    true,
  ],
  ['a repository whose pattern stops at a slash', [{ repositories: ['*'] }], false],
  ['another registry', [{ registries: ['lab'], repositories: ['team/*'] }], false],
  ['one of several tags', [{ tags: ['nothing', 'prod'] }], true],
  ['another tag', [{ tags: ['latest'] }], false],
  ['a label by a pattern of its value', [{ labels: { tier: 'prod*' } }], true],
  ['all labels', [{ labels: { tier: 'prod*', team: 'b' } }], false],
  ['a label that the image does not have', [{ labels: { owner: '*' } }], false],
  ['a label that every object has', [{ labels: { constructor: '**' } }], false],
  ['platforms', [{ platforms: ['linux/*'] }], true],
  ['another platform', [{ platforms: ['linux/arm64', 'windows/*'] }], false],
  ['a base by reference', [{ bases: ['hub/base/debian:*'] }], true],
  ['a base by digest', [{ bases: [base.digest] }], true],
  ['another base', [{ bases: ['hub/base/alpine:*'] }], false],
  ['fields of which one does not fit', [{ repositories: ['team/app'], platforms: ['linux/arm64'] }], false],
  ['a second scope that fits', [{ registries: ['lab'] }, { labels: { team: 'a' } }], true],
  ['an empty list, which nothing is in', [{ repositories: [] }], false],
]

test.each(both)('a policy and an exception for %s', (_, scopes, expected) => {
  expect(policyHolds(scopes)(image)).toBe(expected)
  expect(exceptionHolds(scopes)(image)).toBe(expected)
})

describe('an image in two places', () => {
  const twice = imageFacts({ places: [production, playground], labels: { team: 'a' } })
  const hub: Scope = { registries: ['hub'] }
  const lab: Scope = { registries: ['lab'] }

  test('is under a policy of either', () => {
    expect([hub, lab, { registries: ['other'] }].map((scope) => policyHolds([scope])(twice))).toEqual([
      true,
      true,
      false,
    ])
  })

  test('is under an exception only where its scopes cover both', () => {
    expect(
      [[hub], [lab], [hub, lab], [hub, { labels: { team: 'a' } }], [hub, { labels: { team: 'b' } }]].map(holds),
    ).toEqual([false, false, true, true, false])
    function holds(scopes: Scope[]): boolean {
      return exceptionHolds(scopes)(twice)
    }
  })

  test('meets registry, repository and tag in one and the same place', () => {
    const mixed: Scope = { registries: ['hub'], repositories: ['play/*'] }
    const tag: Scope = { registries: ['hub'], tags: ['latest'] }
    expect([mixed, tag].map((scope) => policyHolds([scope])(twice))).toEqual([false, false])
  })
})

test('an image that lies nowhere is in no scope of places, and in those of labels', () => {
  const nowhere = imageFacts({ labels: { team: 'a' } })
  const scopes: Scope[] = [
    { registries: ['**'] },
    { repositories: ['**'] },
    { tags: ['**'] },
    { labels: { team: 'a' } },
  ]
  const expected = [false, false, false, true]
  expect(scopes.map((scope) => policyHolds([scope])(nowhere))).toEqual(expected)
  expect(scopes.map((scope) => exceptionHolds([scope])(nowhere))).toEqual(expected)
})

test('an image without tags is in no scope of tags', () => {
  const untagged = imageFacts({ places: [place('hub', 'team/app')] })
  expect(policyHolds([{ tags: ['**'] }])(untagged)).toBe(false)
  expect(policyHolds([{ repositories: ['team/app'] }])(untagged)).toBe(true)
})

test('is built on its base, and on itself', () => {
  const on = (some: ImageFacts, name: string): boolean => isBuiltOn(some, (text) => text === name)
  const debian = imageFacts({ digest: base.digest, places: [place('hub', 'base/debian', '12')] })
  expect([on(image, 'hub/base/debian:12'), on(image, base.digest), on(image, 'hub/team/app')]).toEqual([
    true,
    true,
    true,
  ])
  expect([on(debian, 'hub/base/debian:12'), on(debian, 'hub/base/debian'), on(debian, base.digest)]).toEqual([
    true,
    true,
    true,
  ])
  expect(on(imageFacts(), 'hub/base/debian:12')).toBe(false)
})
