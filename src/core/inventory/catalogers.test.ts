import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalog, wants } from '../../../fixtures/catalogers/catalog.ts'
import { damaged, flawsOf } from '../../../fixtures/catalogers/hostile.ts'
import { soundEvidence } from '../../../fixtures/catalogers/sound.ts'
import type { Cataloger } from './cataloger.ts'
import { catalogers } from './catalogers.ts'

const catalogerOf = (path: string): Cataloger => {
  const [only, ...more] = catalogers.filter((cataloger) => wants(cataloger, path))
  if (!only || more.length > 0) throw new Error(`${path} is not wanted by exactly one cataloger`)
  return only
}

describe.each(soundEvidence)('%s', (path, sound) => {
  test('is read without a note', () => {
    expect(catalog(catalogerOf(path), path, sound)).toEqual({ facts: expect.toSatisfy(isFilled), notes: [] })
  })

  test('may be any bytes', () => {
    const bytes = fc.uint8Array({ maxLength: 4096 })
    const property = fc.property(bytes, (any) => flawsOf(catalogerOf(path), path, Buffer.from(any)).length === 0)
    expect(() => fc.assert(property)).not.toThrow()
  })

  test('may be damaged anywhere, and cut anywhere', () => {
    const property = fc.property(damaged(sound), (bytes) => flawsOf(catalogerOf(path), path, bytes).length === 0)
    expect(() => fc.assert(property)).not.toThrow()
  })

  // Each would take minutes where the work grows with the square of the size.
  test.each([
    ' ',
    '\n',
    'a',
    '"',
    '\\',
    '[',
    '-',
    '(',
    'P:',
    'Status: a\n',
    'Source: ((',
    'VERSION_ID="\\',
    'x: (',
    '\t',
    'Slot',
  ])('may be two megabytes of %j', (unit) => {
    const filler = unit.repeat((2 * 2 ** 20) / unit.length)
    expect(flawsOf(catalogerOf(path), path, Buffer.from(filler))).toEqual([])
    expect(flawsOf(catalogerOf(path), path, Buffer.concat([sound, Buffer.from(filler)]))).toEqual([])
    expect(flawsOf(catalogerOf(path), path, Buffer.concat([Buffer.from(filler), sound]))).toEqual([])
  })
})

const isFilled = (facts: readonly unknown[]) => facts.length > 0

test('catalogers have distinct names, and read nothing they do not want', () => {
  expect(new Set(catalogers.map(({ name }) => name)).size).toBe(catalogers.length)
  expect(catalogers.filter((cataloger) => wants(cataloger, 'usr/bin/env'))).toEqual([])
})
