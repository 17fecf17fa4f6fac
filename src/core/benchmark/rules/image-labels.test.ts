import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { imageLabels } from './image-labels.ts'

const labelled = (...names: readonly string[]) => {
  const Labels = Object.fromEntries(names.map((name) => [`org.opencontainers.image.${name}`, 'x']))
  return checked(imageLabels, { config: { Labels } })
}

test('asks for the source, and for a version or revision', () => {
  expect(labelled()).toEqual([
    'fail',
    'there is no org.opencontainers.image.source',
    'there is no org.opencontainers.image.version or .revision',
  ])
  expect(labelled('source', 'revision')).toEqual(['pass'])
  expect(labelled('url', 'version')).toEqual(['pass'])
})
