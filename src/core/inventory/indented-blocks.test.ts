import { expect, test } from 'vitest'
import { blocksOf } from './indented-blocks.ts'

const blocks = (text: string, indent: 0 | 2) =>
  [...blocksOf(text, indent)].map(({ section, key, fields }) => [section, key, Object.fromEntries(fields)])

test('reads blocks with a section above them', () => {
  const text = "a:\n  'b@1':\n    x: 1\n    y: '2'\n      z: 3\n  ? c\n  : d: 4\nother: 5\ne:\n  f:\n"
  expect(blocks(text, 2)).toEqual([
    ['a', 'b@1', { x: '1', y: '2' }],
    ['a', 'c', {}],
    ['a', ': d: 4', {}],
    ['e', 'f', {}],
  ])
})

test('reads blocks at the margin, with or without colons, over comments and empty lines', () => {
  expect(blocks('# x\n\n"a@1", "a@2":\r\n  version "1"\r\n\n  # y\n  b: "2"\n    c: 3\n', 0)).toEqual([
    ['a@1", "a@2', 'a@1", "a@2', { version: '1', b: '2' }],
  ])
})

test.each(['', '\n', '   ', '  x', '\t\n'])('takes %j', (text) => {
  expect(blocks(text, 2).map(([, key]) => key)).toEqual(text === '  x' ? ['x'] : [])
})
