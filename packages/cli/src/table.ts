import Table from 'cli-table3'
import { colors } from './colors.ts'

const noLines = Object.fromEntries(
  ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right']
    .concat(['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid'])
    .map((part) => [part, '']),
)

export interface Column<Row> {
  title: string
  /** What stands in the cell, without colours. */
  of: (row: Row) => string
  /** Its colours. */
  style?: (text: string, row: Row) => string
  align?: 'right'
  /** How easily it is done without where the terminal is narrow: the highest number goes first. */
  spare?: number
  /** Whether it has anything to say. */
  only?: (rows: readonly Row[]) => boolean
  /** It may be cut in the middle, and to so many characters before other columns go. */
  least?: number
}

const between = '  '

/** What is left of a cell, however narrow the terminal is. */
const narrowest = 6

/** A terminal that does not know how wide it is says 0. */
const usualWidth = 80

function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || usualWidth : Infinity
}

interface Measured<Row> {
  column: Column<Row>
  cells: string[]
  /** In characters. */
  width: number
}

/** Lines of text are not longer than can be read with ease. */
export function helpWidth(): number {
  return Math.min(terminalWidth(), 100)
}

/** As wide as the terminal at most, if need be without some of its columns; elsewhere as wide as it is. */
export function table<Row>(
  all: readonly Column<Row>[],
  rows: readonly Row[],
  width: number = terminalWidth(),
): string {
  const told = all.filter(({ only }) => only?.(rows) ?? true)
  const columns = fit(
    told.map((column) => measure(column, rows)),
    width,
  )
  const drawn = new Table({
    head: columns.map(({ column }) => colors.dim(column.title)),
    colAligns: columns.map(({ column }) => column.align ?? 'left'),
    chars: { ...noLines, middle: between },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  })
  drawn.push(
    ...rows.map((row, index) =>
      columns.map(({ column, cells, width: its }) => {
        const cell = cutMiddle(cells[index]!, its)
        return column.style?.(cell, row) ?? cell
      }),
    ),
  )
  return drawn.toString().replaceAll(/ +$/gm, '')
}

function measure<Row>(column: Column<Row>, rows: readonly Row[]): Measured<Row> {
  const cells = rows.map((row) => column.of(row))
  return { column, cells, width: Math.max(column.title.length, ...cells.map(({ length }) => length)) }
}

/** First columns go that are easily done without, then what may be cut is cut. */
function fit<Row>(columns: Measured<Row>[], width: number): Measured<Row>[] {
  const gaps = between.length * (columns.length - 1)
  const sum = (widths: number[]): number => widths.reduce((total, each) => total + each, gaps)
  const least = sum(columns.map(({ column, width: its }) => Math.min(its, column.least ?? its)))
  const spare = Math.max(0, ...columns.map(({ column }) => column.spare ?? 0))
  if (least > width && spare > 0)
    return fit(
      columns.filter(({ column }) => column.spare !== spare),
      width,
    )
  const widths = columns.map((measured) => measured.width)
  const cut = (to: (column: Column<Row>) => number): void => {
    for (const [index, { column }] of [...columns.entries()].toSorted(bySpare)) {
      const over = Math.max(0, sum(widths) - width)
      if (column.least !== undefined)
        widths[index] = Math.max(Math.min(to(column), widths[index]!), widths[index]! - over)
    }
  }
  cut(({ least: its = 0 }) => its)
  cut(() => narrowest)
  return columns.map((measured, index) => ({ ...measured, width: widths[index]! }))
}

function bySpare<Row>([, a]: [number, Measured<Row>], [, b]: [number, Measured<Row>]): number {
  return (b.column.spare ?? 0) - (a.column.spare ?? 0)
}

/** Both ends of a name tell it from others: `checkout...worker`. */
function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text
  const kept = width - 3
  return `${text.slice(0, Math.ceil(kept / 2))}...${text.slice(text.length - Math.floor(kept / 2))}`
}
