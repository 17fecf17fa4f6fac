import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { aptLists } from './apt-lists.ts'

test.each<[string, string[]]>([
  [
    'RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit',
    ['layer 1: instruction 2 (RUN): apt without removing /var/lib/apt/lists'],
  ],
  ['RUN /bin/sh -c apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/* # buildkit', []],
  ['RUN /bin/sh -c rm -rf /var/lib/apt/lists/* # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(aptLists, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(aptLists, { history: [], layers: [{}] })).toEqual(['undecidable', 'the image has no build history'])
})

test('names layers that have lists', () => {
  const files = [
    'var/lib/apt/lists/lock',
    'var/lib/apt/lists/partial/x',
    'var/lib/apt/lists/deb.example_dists_stable_Release',
  ]
  expect(checked(aptLists, { layers: [{ files }] })).toEqual(['fail', 'layer 0: 1 files in var/lib/apt/lists/'])
  expect(checked(aptLists, { layers: [{ files: files.slice(0, 2) }] })).toEqual(['pass'])
})
