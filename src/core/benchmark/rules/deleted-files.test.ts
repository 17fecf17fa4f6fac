import { expect, test } from 'vitest'
import { checked, damagedLayer } from '../../../../fixtures/benchmark/image.ts'
import { deletedFiles } from './deleted-files.ts'

test('names what is deleted above, in the layer that has it', () => {
  const layers = [
    { files: ['a', 'tmp/1', 'tmp/2', 'tmp/3', 'tmp/4'] },
    { files: ['b', 'opt/c'], whiteouts: ['tmp'] },
    { whiteouts: ['b'], opaques: ['opt'] },
  ]
  expect(checked(deletedFiles, { layers })).toEqual([
    'fail',
    'layer 0: layer 1 deletes tmp/1, tmp/2, tmp/3 and 1 more of layer 0',
    'layer 1: layer 2 deletes b, opt/c of layer 1',
  ])
})

test('passes where files are replaced, or deleted before they are there', () => {
  expect(checked(deletedFiles, { layers: [{ whiteouts: ['a'] }, { files: ['a'] }, { files: ['a'] }] })).toEqual([
    'pass',
  ])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(deletedFiles, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
