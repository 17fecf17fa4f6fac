import { expect, test } from 'vitest'
import { chainIds } from './chain.ts'
import { digestOf } from './digest.ts'

const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ digest: digestOf(name) })) as [Layer, Layer, Layer]
type Layer = { readonly digest: ReturnType<typeof digestOf> }

test('images share the chain ids of the layers that they begin with, and no others', () => {
  const [one, two] = [chainIds([a, b, c]), chainIds([a, b, b])]
  expect(one).toEqual([a.digest, digestOf(`${a.digest} ${b.digest}`), expect.any(String)])
  expect(two.slice(0, 2)).toEqual(one.slice(0, 2))
  expect(two[2]).not.toBe(one[2])
})

test('order counts', () => {
  expect(chainIds([b, a])[1]).not.toBe(chainIds([a, b])[1])
})

test('an image without layers has none', () => {
  expect(chainIds([])).toEqual([])
})
