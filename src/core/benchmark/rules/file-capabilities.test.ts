import { expect, test } from 'vitest'
import { checked, damagedLayer, modeFact } from '../../../../fixtures/benchmark/image.ts'
import { fileCapabilities } from './file-capabilities.ts'

test('names them with the layer since which they are so', () => {
  const evidence = {
    'opt/app': [{ ...modeFact(0o755), capabilities: 'cap_sys_admin+ep' }],
    'bin/ping': [{ ...modeFact(0o755), capabilities: 'cap_net_admin,cap_net_raw+ep' }],
  }
  expect(checked(fileCapabilities, { layers: [{}, { evidence }, { evidence }] })).toEqual([
    'fail',
    'layer 1: opt/app has cap_sys_admin+ep',
    'layer 1: bin/ping has cap_net_admin,cap_net_raw+ep',
  ])
})

test('passes for the others', () => {
  expect(
    checked(fileCapabilities, {
      layers: [
        {
          evidence: {
            'usr/bin/ping': [{ ...modeFact(0o755), capabilities: 'cap_net_raw+ep' }],
            'usr/bin/su': [modeFact(0o4755)],
          },
        },
      ],
    }),
  ).toEqual(['pass'])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(fileCapabilities, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
