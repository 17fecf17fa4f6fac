import { expect, test } from 'vitest'
import { checked, damagedLayer, modeFact } from '../../../../fixtures/benchmark/image.ts'
import { worldWritable } from './world-writable.ts'

test('names them with the layer since which they are so', () => {
  const evidence = { 'srv/data': [modeFact(0o666)], opt: [modeFact(0o777, 'directory')] }
  expect(checked(worldWritable, { layers: [{}, { evidence }, { evidence }] })).toEqual([
    'fail',
    'layer 1: srv/data (666)',
    'layer 1: opt/ (777)',
  ])
})

test('passes for the others', () => {
  expect(
    checked(worldWritable, {
      layers: [{ evidence: { 'usr/bin/su': [modeFact(0o4755)], 'dev/null': [modeFact(0o666, 'character-device')] } }],
    }),
  ).toEqual(['pass'])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(worldWritable, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
