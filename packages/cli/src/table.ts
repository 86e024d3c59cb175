import { stripVTControlCharacters } from 'node:util'
import Table from 'cli-table3'
import colors from 'picocolors'

const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((part) => [part, '']),
)

export interface Column<Row> {
  title: string
  /** What stands in the cell. */
  of: (row: Row) => string
  align?: 'right'
  /** How easily it is done without where the terminal is narrow: the highest number goes first. */
  spare?: number
}

const between = '  '

/** As wide as the terminal at most, if need be without some of its columns; elsewhere as wide as it is. */
export function table<Row>(all: readonly Column<Row>[], rows: readonly Row[]): string {
  const columns = fitting(all, rows, process.stdout.isTTY ? process.stdout.columns : Infinity)
  const drawn = new Table({
    head: columns.map(({ title }) => colors.dim(title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: { ...noLines, middle: between },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  drawn.push(...rows.map((row) => columns.map(({ of }) => of(row))))
  return drawn.toString()
}

function fitting<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
): readonly Column<Row>[] {
  const widths = columns.map(({ title, of }) =>
    Math.max(title.length, ...rows.map((row) => stripVTControlCharacters(of(row)).length)),
  )
  const total = widths.reduce((sum, each) => sum + each + between.length, -between.length)
  const spare = Math.max(0, ...columns.map((column) => column.spare ?? 0))
  if (total <= width || spare === 0) return columns
  const rest = columns.filter((column) => column.spare !== spare)
  return fitting(rest, rows, width)
}
