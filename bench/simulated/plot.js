// Throughput and p99 against connections, as ratios to node:cluster: a panel for
// each number of workers, a line for each system.
import { doubling, linear } from './scales.js'
import { className, style } from './plot-style.js'
import { summaryOf } from './summary.js'
import { baseline, systems } from './systems.js'

const rows = [
  { figure: 'requestsPerSecond', label: 'requests/s (more is better)', scale: linear },
  { figure: 'p99', label: 'p99 (less is better)', scale: doubling },
]
const panel = { width: 190, height: 170, gap: 18 }
/** For the title. */
const leastWidth = 860
const margin = { left: 74, top: 62, right: 16, bottom: 46 }

/** @returns an SVG of the uniform load. */
export function plot({ node, rounds, seconds }, results) {
  const cells = summaryOf(results.filter(({ measure }) => measure === 'uniform'))
  if (!cells.some(({ of }) => of(baseline, 'p99').value))
    throw new Error(`nothing to plot: the results have no measure 'uniform' of ${baseline}`)
  const drawn = Object.keys(systems).filter((name) => results.some(({ system }) => system === name))
  const columns = [...new Set(cells.map(({ workers }) => workers))].sort((a, b) => a - b)
  const across = columns.length * (panel.width + panel.gap) - panel.gap
  const width = Math.max(margin.left + across + margin.right, leastWidth)
  const height = margin.top + rows.length * (panel.height + panel.gap) - panel.gap + margin.bottom
  const x = doubling(
    cells.map(({ connections }) => connections),
    8,
    panel.width - 8,
  )
  const name = `Requests per second and p99 as ratios to ${baseline}, each request holds its worker for 5 ms`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    `<title>${name}</title>`,
    style(),
    `<rect class="paper" width="${width}" height="${height}"/>`,
    text(margin.left, 20, `${name}. Node ${node}, ${rounds} rounds of ${seconds} s.`),
    ...drawn.map((system, index) => legend(system, margin.left + index * 120)),
    ...rows.flatMap((row, index) => {
      const top = margin.top + index * (panel.height + panel.gap)
      const ratios = drawn
        .flatMap((system) => cells.map(({ of }) => of(system, row.figure).ratio))
        .filter((ratio) => ratio > 0)
      const y = row.scale([...ratios, 1], panel.height, 0)
      return [
        text(
          0,
          0,
          row.label,
          `class="middle" transform="translate(18 ${top + panel.height / 2}) rotate(-90)"`,
        ),
        ...y.ticks.map((tick) => text(margin.left - 8, top + y.at(tick) + 4, tick, 'class="end"')),
        ...columns.map((workers, column) => {
          const those = cells.filter((cell) => cell.workers === workers)
          const left = margin.left + column * (panel.width + panel.gap)
          return `<g transform="translate(${left} ${top})">${[
            index === 0 ? text(panel.width / 2, -6, `${workers} workers`, 'class="middle"') : '',
            grid(x, y),
            ...drawn.map((system) => curve(system, those, row.figure, x, y)),
          ].join('\n')}</g>`
        }),
      ]
    }),
    ...columns.flatMap((_, column) => {
      const left = margin.left + column * (panel.width + panel.gap)
      const bottom = height - margin.bottom
      return [
        ...x.ticks.map((tick) => text(left + x.at(tick), bottom + 16, tick, 'class="middle"')),
        text(left + panel.width / 2, bottom + 36, 'connections', 'class="middle"'),
      ]
    }),
    '</svg>\n',
  ].join('\n')
}

function grid(x, y) {
  return [
    ...y.ticks.map(
      (tick) => `<path class="${tick === 1 ? 'even' : 'grid'}" d="M0 ${y.at(tick)}H${panel.width}"/>`,
    ),
    ...x.ticks.map((tick) => `<path class="grid" d="M${x.at(tick)} 0V${panel.height}"/>`),
  ].join('')
}

function curve(system, cells, figure, x, y) {
  const points = cells
    .map(({ connections, of }) => ({ connections, ratio: of(system, figure).ratio }))
    .filter(({ ratio }) => ratio > 0)
    .sort((a, b) => a.connections - b.connections)
    .map(({ connections, ratio }) => [x.at(connections), y.at(ratio)].map((at) => at.toFixed(1)))
  const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="2.5"/>`).join('')
  return `<g class="${className(system)}"><polyline points="${points.join(' ')}"/>${dots}</g>`
}

function legend(system, left) {
  return `<g class="${className(system)}"><path class="key" d="M${left} 37h24"/></g>${text(left + 30, 41, system)}`
}

function text(x, y, content, attributes = '') {
  return `<text x="${x}" y="${y}" ${attributes}>${content}</text>`
}
