import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { uncheckedDownloads } from './unchecked-downloads.ts'

test.each<[string, string[]]>([
  [
    'RUN /bin/sh -c curl -fsSL https://x/y.tgz | tar -xz # buildkit',
    ['layer 1: instruction 2 (RUN): curl of a file that is not checked'],
  ],
  ['RUN /bin/sh -c wget "$URL" # buildkit', ['layer 1: instruction 2 (RUN): wget of a file that is not checked']],
  ['ADD https://x/y /y # buildkit', ['layer 1: instruction 2 (ADD): ADD of a URL without --checksum']],
  ['ADD --checksum=sha256:abc https://x/y /y # buildkit', []],
  ['RUN /bin/sh -c curl -fsSLo y https://x/y && echo "$SUM  y" | sha256sum -c - # buildkit', []],
  ['RUN /bin/sh -c curl -fsSL https://x/key.asc | gpg --dearmor -o /k.gpg # buildkit', []],
  ['RUN /bin/sh -c apk add curl && curl --version # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(uncheckedDownloads, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(uncheckedDownloads, { history: [], layers: [{}] })).toEqual([
    'undecidable',
    'the image has no build history',
  ])
})
