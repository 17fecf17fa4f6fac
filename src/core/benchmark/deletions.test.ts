import { expect, test } from 'vitest'
import { layerFacts } from '../../../fixtures/catalogers/layer-facts.ts'
import { createDeletions } from './deletions.ts'

const deletions = createDeletions(
  [{}, { whiteouts: ['tmp/a', 'opt'] }, {}, { opaques: ['srv'], whiteouts: ['tmp/a'] }].map(layerFacts),
)

test.each([
  ['tmp/a', 0, 1],
  ['tmp/a', 1, 3],
  ['tmp/a', 3, undefined],
  ['tmp/b', 0, undefined],
  ['opt/deep/down', 0, 1],
  ['opt/deep/down', 2, undefined],
  ['srv/file', 2, 3],
  ['srv', 2, undefined],
  ['optional', 0, undefined],
] as const)('%s of layer %i is deleted by %s', (path, layer, by) => {
  expect(deletions.of(path, layer)).toBe(by)
})

test('an opaque root hides everything', () => {
  const opaque = createDeletions([{}, { opaques: [''] }].map(layerFacts))
  expect([opaque.of('a', 0), opaque.of('a/b', 0), opaque.of('a', 1)]).toEqual([1, 1, undefined])
})

test('a layer that was not read deletes nothing that is known', () => {
  expect(createDeletions([layerFacts({}), undefined]).areNone).toBe(true)
})
