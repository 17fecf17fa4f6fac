import { expect, test } from 'vitest'
import { checked } from '../../../../fixtures/benchmark/image.ts'
import { latestBase } from './latest-base.ts'

const named = (name: string) =>
  checked(latestBase, { config: { Labels: { 'org.opencontainers.image.base.name': name } } })

test.each(['debian', 'debian:latest', 'registry.example:5000/team/base', 'registry.example:5000/team/base:latest'])(
  'fails for %s',
  (name) => {
    expect(named(name)).toEqual(['fail', `the base is ${name}`])
  },
)

test.each(['debian:12.7', 'debian@sha256:abc', 'debian:latest@sha256:abc', 'registry.example:5000/base:1'])(
  'passes for %s',
  (name) => {
    expect(named(name)).toEqual(['pass'])
  },
)

test('believes the comment that buildah writes', () => {
  const history = ['ADD rootfs.tar /', { by: '/bin/sh -c make', comment: 'FROM docker.io/library/alpine:latest' }]
  expect(checked(latestBase, { history })).toEqual(['fail', 'layer 1: the base is docker.io/library/alpine:latest'])
})

test('cannot tell where nothing names the base', () => {
  expect(checked(latestBase, {})).toEqual(['undecidable', 'nothing in the image names its base'])
})
