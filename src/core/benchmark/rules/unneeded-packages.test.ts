import { expect, test } from 'vitest'
import { checked, damagedLayer, packagesLayer } from '../../../../fixtures/benchmark/image.ts'
import { unneededPackages } from './unneeded-packages.ts'

test('names the packages and the layer that brought them', () => {
  const layers = [packagesLayer('musl'), packagesLayer('musl', 'vim', 'openssh-client', 'tcpdump')]
  expect(checked(unneededPackages, { layers })).toEqual([
    'fail',
    'layer 1: the package openssh-client 1-r0',
    'layer 1: the package tcpdump 1-r0',
    'layer 1: the package vim 1-r0',
  ])
})

test.each(['curl', 'busybox', 'python3', 'vim-runtime'])('leaves %s alone', (name) => {
  expect(checked(unneededPackages, { layers: [packagesLayer(name)] })).toEqual(['pass'])
})

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(unneededPackages, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
