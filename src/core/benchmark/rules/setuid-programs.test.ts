import { expect, test } from 'vitest'
import { checked, damagedLayer, modeFact } from '../../../../fixtures/benchmark/image.ts'
import { setuidPrograms } from './setuid-programs.ts'

test('names them with the layer since which they are so', () => {
  const evidence = { 'usr/bin/su': [modeFact(0o4755)], 'opt/run': [modeFact(0o6755)] }
  expect(checked(setuidPrograms, { layers: [{}, { evidence }, { evidence }] })).toEqual([
    'fail',
    'layer 1: usr/bin/su (4755, setuid 0)',
    'layer 1: opt/run (6755, setuid 0, setgid 0)',
  ])
})

test('passes for the others', () => {
  expect(
    checked(setuidPrograms, {
      layers: [{ evidence: { 'srv/data': [modeFact(0o666)], srv: [modeFact(0o2777, 'directory')] } }],
    }),
  ).toEqual(['pass'])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(setuidPrograms, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
