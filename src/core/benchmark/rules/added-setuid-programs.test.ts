import { expect, test } from 'vitest'
import { checked, damagedLayer, modeFact } from '../../../../fixtures/benchmark/image.ts'
import { addedSetuidPrograms } from './added-setuid-programs.ts'

test('names them with the layer since which they are so', () => {
  const evidence = {
    'usr/bin/su': [modeFact(0o4755)],
    'usr/local/bin/su': [modeFact(0o4755)],
    'opt/run': [modeFact(0o2755)],
  }
  expect(checked(addedSetuidPrograms, { layers: [{}, { evidence }, { evidence }] })).toEqual([
    'fail',
    'layer 1: usr/local/bin/su (4755, setuid 0)',
    'layer 1: opt/run (2755, setgid 0)',
  ])
})

test('passes for the others', () => {
  expect(
    checked(addedSetuidPrograms, {
      layers: [
        {
          evidence: {
            'bin/su': [modeFact(0o4755)],
            'usr/sbin/unix_chkpwd': [modeFact(0o2755)],
            'usr/lib/openssh/ssh-keysign': [modeFact(0o4755)],
          },
        },
      ],
    }),
  ).toEqual(['pass'])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(addedSetuidPrograms, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
