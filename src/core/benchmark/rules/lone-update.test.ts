import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { loneUpdate } from './lone-update.ts'

test.each<[string, string[]]>([
  ['RUN /bin/sh -c apt-get update # buildkit', ['layer 1: instruction 2 (RUN): apt-get update, and no install']],
  ['/bin/sh -c apt-get -q update && echo done', ['layer 1: instruction 2 (RUN): apt-get update, and no install']],
  ['RUN /bin/sh -c apk update # buildkit', ['layer 1: instruction 2 (RUN): apk update, and no install']],
  ['RUN /bin/sh -c dnf makecache # buildkit', ['layer 1: instruction 2 (RUN): dnf update, and no install']],
  ['RUN /bin/sh -c apt-get update && apt-get install -y curl # buildkit', []],
  ['RUN /bin/sh -c set -e; apt update; apt -y upgrade # buildkit', []],
  ['RUN /bin/sh -c apk update && apk add curl # buildkit', []],
  ['RUN /bin/sh -c echo "apt-get update" # buildkit', []],
  ['RUN /bin/sh -c git submodule update # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(loneUpdate, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(loneUpdate, { history: [], layers: [{}] })).toEqual(['undecidable', 'the image has no build history'])
})
