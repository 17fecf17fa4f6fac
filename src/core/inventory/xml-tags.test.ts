import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { attributeIn, xmlTags } from './xml-tags.ts'

test('tells tags and the text behind them, without comments, declarations and CDATA marks', () => {
  const text = '<?xml version="1.0"?><!-- <x> --><a b="1&amp;2" c=\'3\'> one &lt;\n<d/></a><![CDATA[<e>]]>'
  expect([...xmlTags(text)].map(({ name, kind, text: behind }) => [name, kind, behind])).toEqual([
    ['a', 'start', 'one <'],
    ['d', 'empty', ''],
    ['a', 'end', ''],
  ])
  const [first] = xmlTags(text)
  expect(['b', 'c', 'd'].map((name) => attributeIn(first!, name))).toEqual(['1&2', '3', undefined])
})

test('ends with whatever it is given', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('<', '>', '<!--', '-->', '<![CDATA[', ']]>', '/', 'a', '&amp;')), (parts) => {
      expect([...xmlTags(parts.join(''))].length).toBeLessThanOrEqual(parts.length)
    }),
  )
})
