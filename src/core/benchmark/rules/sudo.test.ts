import { expect, test } from 'vitest'
import { checked, packagesLayer } from '../../../../fixtures/benchmark/image.ts'
import { sudo } from './sudo.ts'

test.each<[string, string[]]>([
  ['RUN /bin/sh -c echo a | sudo -E tee /b # buildkit', ['layer 1: instruction 2 (RUN): sudo']],
  ['RUN /bin/sh -c echo "no sudo here" # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(sudo, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(sudo, { history: [], layers: [{}] })).toEqual(['undecidable', 'the image has no build history'])
})

test('names the installed package', () => {
  expect(checked(sudo, { layers: [packagesLayer('sudo')] })).toEqual(['fail', 'layer 0: the package sudo 1-r0'])
})
