import { expect, test } from 'vitest'
import { checked, damagedLayer, packagesLayer } from '../../../../fixtures/benchmark/image.ts'
import { compilers } from './compilers.ts'

test('names the packages and the layer that brought them', () => {
  const layers = [
    packagesLayer('musl'),
    packagesLayer('musl', 'gcc', 'g++', 'openjdk-17-jdk-headless', 'clang-14', 'make', 'cpp-12', 'golang-1.21-go'),
  ]
  expect(checked(compilers, { layers })).toEqual([
    'fail',
    'layer 1: the package clang-14 1-r0',
    'layer 1: the package cpp-12 1-r0',
    'layer 1: the package g++ 1-r0',
    'layer 1: the package gcc 1-r0',
    'layer 1: the package golang-1.21-go 1-r0',
    'layer 1: the package make 1-r0',
    'layer 1: the package openjdk-17-jdk-headless 1-r0',
  ])
})

test.each(['gcc-12-base', 'libgcc-s1', 'openjdk-17-jre-headless', 'cmake-data', 'golang-docker-credential-helpers'])(
  'leaves %s alone',
  (name) => {
    expect(checked(compilers, { layers: [packagesLayer(name)] })).toEqual(['pass'])
  },
)

test('cannot tell where a layer was not read to its end', () => {
  expect(checked(compilers, { layers: [damagedLayer] })).toEqual([
    'undecidable',
    'layer 0: layer 0: the archive ends in the middle of an entry',
  ])
})
