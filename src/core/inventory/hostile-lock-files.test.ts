import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fixture, wants } from '../../../fixtures/catalogers/catalog.ts'
import { damaged, flawsOf } from '../../../fixtures/catalogers/hostile.ts'
import { soundLockFiles } from '../../../fixtures/catalogers/sound.ts'
import { catalogers } from './catalogers.ts'

/** Repeated, each would take minutes where the work grows with the square of the size. */
const units = [
  ' ',
  '\n',
  'a',
  '"',
  "'",
  '\\',
  '/',
  '@',
  '-',
  '1.',
  ',',
  ', ',
  '[',
  '{',
  '[[',
  '//',
  'a@',
  'a: ',
  'a==1',
  '==1',
  ':1',

  '"a":{',
  '"dependencies":{"a":{',
  '[{},',
  'a = "',
  'a=[\n',
  'a=["\n',
  'a={\n',
  'a="""\n',
  "a='''\n",
  'a.',
  '"a".',
  '[a.',
  '[[package]]\nname="a"\nx={a',
  '[[package]]\nx={',
  '  a@1.0.0:\n',
  '  ? ',
  '\n  a',
  'a[',
  'a(',
  'a==1\\\n',

  '{:hex, ',
  '{:hex, :a, "',
  '{pkg,',
  '{pkg,<<"a">>,<<"',
  '{application,',
  '{vsn,"',
  '{vsn, ',
  'hackage: ',
  'hackage: a-',
  'any.',
  'any.a ==1.',
]
const size = 256 * 1024

describe.each(soundLockFiles)('%s', (path, name) => {
  const cataloger = catalogers.find((one) => wants(one, path))!
  const sound = fixture(name)

  test('may be any bytes, and may be damaged and cut anywhere', () => {
    const any = fc.uint8Array({ maxLength: 2048 }).map((bytes) => Buffer.from(bytes))
    const property = fc.property(fc.oneof(any, damaged(sound), damaged(sound)), (bytes) => {
      expect(flawsOf(cataloger, path, bytes)).toEqual([])
    })
    expect(() => fc.assert(property, { numRuns: 150 })).not.toThrow()
  })

  test('may be any word many times, alone, before and after what is sound', () => {
    const flaws = units.flatMap((unit) => {
      const filler = Buffer.from(unit.repeat(size / unit.length))
      const [start, end] = [sound.subarray(0, sound.length / 2), sound.subarray(sound.length / 2)]
      return [filler, Buffer.concat([start, filler, end])].flatMap((bytes) => flawsOf(cataloger, path, bytes))
    })
    expect(flaws).toEqual([])
  })
})
