import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { addInstruction } from './add-instruction.ts'

test.each<[string, string[]]>([
  ['ADD app.tar /srv # buildkit', ['layer 1: instruction 2 (ADD): ADD in place of COPY']],
  ['/bin/sh -c #(nop) ADD file:1a in /srv ', ['layer 1: instruction 2 (ADD): ADD in place of COPY']],
  ['ADD https://user:secret@example.com/x /x # buildkit', ['layer 1: instruction 2 (ADD): ADD of a URL']],
  ['ADD git@example.com:app.git /x # buildkit', ['layer 1: instruction 2 (ADD): ADD of a URL']],
  ['COPY add /srv # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(addInstruction, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(addInstruction, { history: [], layers: [{}] })).toEqual([
    'undecidable',
    'the image has no build history',
  ])
})

test('lets the lowest layer be an archive, not a URL', () => {
  expect(checked(addInstruction, { history: [{ by: 'ENV A=1', empty: true }, 'ADD rootfs.tar.xz /'] })).toEqual([
    'pass',
  ])
  expect(checked(addInstruction, { history: ['ADD https://example.com/rootfs.tar /'] })).toEqual([
    'fail',
    'layer 0: instruction 1 (ADD): ADD of a URL',
  ])
})
