import { expect, test } from 'vitest'
import { tomlElementsOf } from './toml-elements.ts'

function elementsOf(text: string): { elements: readonly unknown[]; notes: readonly string[] } {
  const notes: string[] = []
  const elements = [...tomlElementsOf(text, (problem) => notes.push(problem))]
  return { elements: elements.map(({ path, values }) => [path.join('/'), Object.fromEntries(values)]), notes }
}

test.each([
  ['values that are text', '[[a]]\nx = "1"\ny=\'2\'\n', [['a', { x: '1', y: '2' }]]],
  ['quoted and dotted keys', '[["a b".c]]\n"x y" = "1"\nz . "w" = "2"', [['a b/c', { 'x y': '1', 'z.w': '2' }]]],
  [
    'several elements',
    '[[a]]\nx = "1"\n[[a]]\nx = "2"',
    [
      ['a', { x: '1' }],
      ['a', { x: '2' }],
    ],
  ],
  ['inline tables', '[[a]]\nx = { y = "1", n = 2, z = \'3\' }', [['a', { 'x.y': '1', 'x.z': '3' }]]],
  ['tables of an element', '[[a]]\n[a.b.c]\nx = "1"\n[a.d]\nx = "2"', [['a', { 'b.c.x': '1', 'd.x': '2' }]]],
  ['comments', '# [[b]]\n[[a]] # x\n# y = "1"\nx = "1" # "2"', [['a', { x: '1' }]]],
  ['an empty element', '[[a]]', [['a', {}]]],
])('reads %s', (_, text, elements) => {
  expect(elementsOf(text)).toEqual({ elements, notes: [] })
})

test.each([
  ['values before the first element', 'x = "1"'],
  ['plain tables', '[a]\nx = "1"'],
  ['nothing', ''],
])('leaves out %s', (_, text) => {
  expect(elementsOf(text)).toEqual({ elements: [], notes: [] })
})

test.each([
  ['other values', 'n = 1\nb = true\nd = 2024-01-01T00:00:00Z\n'],
  ['lists of several lines', 'l = [\n  "]", # ]\n  { x = "1" },\n]\n'],
  ['texts of several lines', 't = """\ny = "1"\n\\"""\n"""\nu = \'\'\'\n[[b]]\n\'\'\'\n'],
  ['quotes at the end of a text', 't = """"a"""""\nu = \'\'\'a\'\'\'\'\n'],
  ['the elements inside an element', '[[a.files]]\ny = "1"\n[a]\n'],
])('passes over %s', (_, text) => {
  const { elements, notes } = elementsOf(`[[a]]\nx = "1"\n${text}`)
  expect({ elements: elements.slice(0, 1), notes }).toEqual({ elements: [['a', { x: '1' }]], notes: [] })
})

test('ends where something is opened and never closed', () => {
  expect(elementsOf('[[a]]\nx = "1"\nl = [\ny = "2"')).toEqual({
    elements: [['a', { x: '1' }]],
    notes: ['it has text that is not TOML'],
  })
})

test('notes once what it does not understand, and goes on with the next line', () => {
  expect(elementsOf('<html>\n[[a]]\nx = "1\ny = "2"\n=\nz = "3"')).toEqual({
    elements: [['a', { y: '2', z: '3' }]],
    notes: ['it has text that is not TOML'],
  })
})
