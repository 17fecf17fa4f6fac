import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createKeywordSearch } from './keyword-search.ts'

function found(words: readonly string[], text: string): string[] {
  const all: string[] = []
  createKeywordSearch(words).scan(Buffer.from(text, 'latin1'), (word, start) => {
    all.push(`${start} ${words[word]}`)
    return true
  })
  return all
}

test('every word is found where indexOf finds it, also words in words and words that overlap', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), maxLength: 40 })
  const words = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), minLength: 3, maxLength: 6 }), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(words, text, (words, text) => {
      const expected = words.flatMap((word) =>
        text.split('').flatMap((_, start) => (text.startsWith(word, start) ? [`${start} ${word}`] : [])),
      )
      expect(found(words, text).sort()).toEqual(expected.sort())
    }),
  )
})

test('ends as soon as it is told to', () => {
  let calls = 0
  createKeywordSearch(['aaa']).scan(Buffer.from('aaaaaaa'), () => ++calls < 2)
  expect(calls).toBe(2)
})
