import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { apkCache } from './apk-cache.ts'

test.each<[string, string[]]>([
  ['RUN /bin/sh -c apk add curl # buildkit', ['layer 1: instruction 2 (RUN): apk add without --no-cache']],
  ['RUN /bin/sh -c apk --no-cache add curl # buildkit', []],
  ['RUN /bin/sh -c apk add --no-cache curl # buildkit', []],
  ['RUN /bin/sh -c apk add --update curl && rm -rf /var/cache/apk/* # buildkit', []],
])('%s', (instruction, found) => {
  expect(checked(apkCache, { history: [{ by: 'ADD rootfs.tar /' }, instruction] })).toEqual(
    found.length > 0 ? ['fail', ...found] : ['pass'],
  )
})

test('cannot tell where there is no build history', () => {
  expect(checked(apkCache, { history: [], layers: [{}] })).toEqual(['undecidable', 'the image has no build history'])
})

test('names layers that have a cache, unless a later one deletes it', () => {
  const cache = { files: ['var/cache/apk/APKINDEX.1.tar.gz', 'old/var/cache/apk/x'] }
  expect(checked(apkCache, { layers: [{}, cache] })).toEqual(['fail', 'layer 1: 1 files in var/cache/apk/'])
  expect(checked(apkCache, { layers: [cache, { whiteouts: ['var/cache/apk/APKINDEX.1.tar.gz'] }] })).toEqual(['pass'])
})
