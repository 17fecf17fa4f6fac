import { expect, test } from 'vitest'
import { checked, damagedLayer, modeFact } from '../../../../fixtures/benchmark/image.ts'
import { deviceNodes } from './device-nodes.ts'

test('names them with the layer since which they are so', () => {
  const evidence = {
    'dev/sda': [modeFact(0o660, 'block-device')],
    'dev/mem': [modeFact(0o640, 'character-device')],
    'srv/dev/null': [modeFact(0o666, 'character-device')],
  }
  expect(checked(deviceNodes, { layers: [{}, { evidence }, { evidence }] })).toEqual([
    'fail',
    'layer 1: dev/sda is a block device',
    'layer 1: dev/mem is a character device',
    'layer 1: srv/dev/null is a character device',
  ])
})

test('passes for the others', () => {
  expect(
    checked(deviceNodes, {
      layers: [
        {
          evidence: {
            'dev/null': [modeFact(0o666, 'character-device')],
            'dev/tty1': [modeFact(0o620, 'character-device')],
            'usr/bin/su': [modeFact(0o4755)],
          },
        },
      ],
    }),
  ).toEqual(['pass'])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(deviceNodes, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
