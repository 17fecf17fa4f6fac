import type { Paint, Style } from '../io.ts'
import { safeText } from './safe-text.ts'

export interface Column<Row> {
  readonly title: string
  readonly align?: 'right'
  readonly cell: (row: Row) => string
  readonly style?: (row: Row) => Style | undefined
  /** Left out where the table would be wider than the terminal. */
  readonly optional?: boolean
}

const gap = '  '

/** Rows under a line of titles, ending in a newline. `width`: the terminal's; without it nothing is left out. */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { paint, width }: { paint: Paint; width?: number | undefined },
): string {
  const all = columns.map((column) => ({ ...column, texts: rows.map((row) => safeText(column.cell(row))) }))
  const sized = all.map((column) => ({ ...column, width: longest([column.title, ...column.texts]) }))
  const shown = width === undefined || total(sized) <= width ? sized : sized.filter(({ optional }) => !optional)

  const line = (cells: readonly string[]) => `${cells.join(gap).trimEnd()}\n`
  const title = line(shown.map(({ title, align, width }) => pad(title, width, align)))
  const body = rows.map((row, index) =>
    line(
      shown.map(({ texts, align, width, style }) => {
        const cell = pad(texts[index] ?? '', width, align)
        const chosen = style?.(row)
        return chosen ? paint(chosen, cell) : cell
      }),
    ),
  )
  return paint('dim', title.trimEnd()) + '\n' + body.join('')
}

/** `name   value` lines, aligned. */
export function fields(entries: readonly (readonly [name: string, value: string])[], paint: Paint): string {
  const width = longest(entries.map(([name]) => name))
  return entries.map(([name, value]) => `${paint('dim', name.padEnd(width))}${gap}${safeText(value)}\n`).join('')
}

function pad(text: string, width: number, align: 'right' | undefined): string {
  return align === 'right' ? text.padStart(width) : text.padEnd(width)
}

function longest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length))
}

function total(columns: readonly { width: number }[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + gap.length * (columns.length - 1)
}
