import { expect, test } from 'vitest'
import { fields, table } from './table.ts'

const paint = (_style: string, text: string) => text
const rows = [
  { name: 'openssl', images: 1_200 },
  { name: 'zlib', images: 3 },
]

test('aligns columns under their titles, without spaces at the ends of lines', () => {
  const columns = [
    { title: 'PACKAGE', cell: (row: (typeof rows)[number]) => row.name },
    { title: 'IMAGES', align: 'right' as const, cell: (row: (typeof rows)[number]) => String(row.images) },
    { title: 'NOTE', cell: () => '' },
  ]
  expect(table(rows, columns, { paint })).toBe('PACKAGE  IMAGES  NOTE\nopenssl    1200\nzlib          3\n')
})

test('pads before it colours, so that colours do not shift columns', () => {
  const columns = [
    { title: 'NAME', cell: (row: (typeof rows)[number]) => row.name, style: () => 'red' as const },
    { title: 'N', cell: () => '1' },
  ]
  const marked = (style: string, text: string) => (style === 'red' ? `<${text}>` : text)
  expect(table(rows, columns, { paint: marked })).toBe('NAME     N\n<openssl>  1\n<zlib   >  1\n')
})

test('aligns the values of a list of fields', () => {
  expect(
    fields(
      [
        ['a', '1'],
        ['long', '2'],
      ],
      paint,
    ),
  ).toBe('a     1\nlong  2\n')
})
