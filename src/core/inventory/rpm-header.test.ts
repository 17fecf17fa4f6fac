import { expect, test } from 'vitest'
import { rpmHeader } from '../../../fixtures/catalogers/rpm/containers.ts'
import { readRpmHeader } from './rpm-header.ts'

const minimal = [
  [1000, 'lantern'],
  [1001, '2.4'],
  [1002, '3.el9'],
] as const

test('reads what a header states, and null for the rest', () => {
  expect(readRpmHeader(rpmHeader(minimal))).toEqual({
    name: 'lantern',
    version: '2.4',
    release: '3.el9',
    epoch: null,
    arch: null,
    sourceRpm: null,
    license: null,
    module: null,
    vendor: null,
  })
})

test('takes the last of equal tags: what was added to the header on the machine overrides what the package had', () => {
  const header = rpmHeader([...minimal, [1003, 1], [1022, 'x86_64'], [1001, '2.5'], [1003, 0]])
  expect(readRpmHeader(header)).toMatchObject({ version: '2.5', epoch: 0, arch: 'x86_64' })
})

test.each([
  ['nothing', Buffer.alloc(0), 'it is too short for a package header'],
  [
    'a byte more',
    Buffer.concat([rpmHeader(minimal), Buffer.alloc(1)]),
    'its length is not what the package header says',
  ],
  ['a byte less', rpmHeader(minimal).subarray(0, -1), 'its length is not what the package header says'],
  ['the largest counts', Buffer.alloc(64, 0xff), 'its length is not what the package header says'],
  ['no release', rpmHeader(minimal.slice(0, 2)), 'the package header has no name, version or release'],
])('says what is wrong with %s', (_, blob, problem) => {
  expect(readRpmHeader(blob)).toBe(problem)
})

test('takes an offset outside the data, a negative one and a text without end for values that are not there', () => {
  const outside = rpmHeader([...minimal, [1022, 'x86_64']])
  outside.writeUInt32BE(10_000, 8 + 3 * 16 + 8)
  const negative = rpmHeader([...minimal, [1003, 1]])
  negative.writeInt32BE(-4, 8 + 3 * 16 + 8)
  const endless = rpmHeader([...minimal, [1022, 'x86_64']])
  endless.writeUInt8(1, endless.length - 1)
  expect(readRpmHeader(outside)).toMatchObject({ name: 'lantern', arch: null })
  expect(readRpmHeader(negative)).toMatchObject({ name: 'lantern', epoch: null })
  expect(readRpmHeader(endless)).toMatchObject({ name: 'lantern', arch: null })
})
