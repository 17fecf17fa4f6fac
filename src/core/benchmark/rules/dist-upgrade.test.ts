import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { distUpgrade } from './dist-upgrade.ts'

test.each<[string, string[]]>([
  [
    'RUN /bin/sh -c apt-get update && apt-get -y dist-upgrade # buildkit',
    ['layer 1: instruction 2 (RUN): apt-get dist-upgrade'],
  ],
  ['RUN /bin/sh -c apt full-upgrade # buildkit', ['layer 1: instruction 2 (RUN): apt dist-upgrade']],
  ['RUN /bin/sh -c apt-get -y upgrade # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(distUpgrade, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(distUpgrade, { history: [], layers: [{}] })).toEqual(['undecidable', 'the image has no build history'])
})
