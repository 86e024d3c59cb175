// Results as text.
import { format } from '../sites.js'
import { cellName } from './cell-name.js'
import { measures } from './measures.js'
import { summaryOf } from './summary.js'
import { baseline, systems } from './systems.js'

/** What is said of one result while the others are measured: more than the tables have. */
export function line({ measure, workers, connections, setup, system, round, ...result }) {
  return [
    `${measure} ${cellName({ workers, connections, setup })}`.padEnd(24),
    `round ${round}`,
    system.padEnd(12),
    ...Object.entries(result).map(([figure, value]) => `${figure} ${format(value)}`),
  ].join('  ')
}

/** A table in Markdown for each measure. */
export function tables({ node, rounds, seconds }, results) {
  const byMeasure = Object.keys(measures).map((name) => results.filter(({ measure }) => measure === name))
  return [
    `Node ${node}, ${rounds} rounds of ${seconds} s: the median and, in brackets, the median of the ratios to ${baseline} in the same round.`,
    ...byMeasure.filter(({ length }) => length > 0).map(table),
  ].join('\n\n')
}

function table(results) {
  const { title, figures } = measures[results[0].measure]
  const names = Object.keys(systems).filter((name) => results.some(({ system }) => system === name))
  const rows = summaryOf(results).map(({ of, ...cell }) => [
    cellName(cell),
    ...names.map((system) => entry((figure) => of(system, figure), Object.keys(figures))),
  ])
  return [
    `${title}: ${Object.values(figures).join(', ')}`,
    '',
    ...aligned([['workers x connections', ...names], ...rows]),
  ].join('\n')
}

function entry(of, figures) {
  const values = figures.map((figure) => {
    const { value, ratio } = of(figure)
    if (value === undefined) return '-'
    return ratio === undefined ? format(value) : `${format(value)} (${ratio.toFixed(2)})`
  })
  const failed = ['errors', 'timeouts'].filter((kind) => of(kind).sum > 0)
  return [...values, ...failed.map((kind) => `${of(kind).sum} ${kind}`)].join(', ')
}

function aligned([head, ...rows]) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)))
  const lined = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`
  return [lined(head), lined(widths.map((width) => '-'.repeat(width))), ...rows.map(lined)]
}
