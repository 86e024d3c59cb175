// Panels of lines over an axis whose values double, one line for each system.
import { frame, top, width } from './frame.js'
import { doubling, linear } from './scales.js'
import { className } from './style.js'
import { at, path, round, text } from './svg.js'

const left = 60
const gap = 46
const panelHeight = 190
const legendHeight = 26
const head = 26
const foot = 48

const scales = { doubling, linear }

/**
 * @param panels each with a `title`, the `label` of its x axis, what its y axis is (`scale`), perhaps a value that
 *   stands out (`even`), and `lines`: a system's name, and its points [x, y].
 */
export function lines({ title, conditions, systems, panels }) {
  const panelWidth = (width - left - 20 - gap * (panels.length - 1)) / panels.length
  const height = top + legendHeight + head + panelHeight + foot
  return frame({
    title,
    conditions,
    height,
    content: [
      ...legends(systems),
      ...panels.map((panel, index) => {
        const x = left + index * (panelWidth + gap)
        return `<g transform="${at(x, top + legendHeight + head)}">${drawPanel(panel, panelWidth)}</g>`
      }),
    ],
  })
}

function legends(systems) {
  let x = 16
  return systems.map(({ name, isOurs }) => {
    const drawn = `<g class="${className(name)}">${path(`M${x} ${top + 6}h22`, 'key')}</g>`
    const label = text(x + 27, top + 10, name, isOurs ? 'class="strong"' : '')
    x += 44 + name.length * 6.9
    return drawn + label
  })
}

function drawPanel({ title, label, scale, even, lines: drawn }, panelWidth) {
  const points = drawn.flatMap((line) => line.points)
  const x = doubling(
    points.map(([value]) => value),
    8,
    panelWidth - 8,
  )
  const y = scales[scale](
    [...points.map(([, value]) => value), ...(even === undefined ? [] : [even])],
    panelHeight,
    0,
  )
  const marks = [...new Set(points.map(([value]) => value))]
  return [
    text(0, -12, title, 'class="strong"'),
    ...y.ticks.flatMap((tick) => [
      path(`M0 ${round(y.at(tick))}H${round(panelWidth)}`, tick === even ? 'even' : 'grid'),
      text(-6, y.at(tick) + 4, tick, 'class="end"'),
    ]),
    ...marks.map((mark) => text(x.at(mark), panelHeight + 17, mark.toLocaleString('en'), 'class="middle"')),
    text(panelWidth / 2, panelHeight + 36, label, 'class="middle quiet"'),
    ...drawn.map(({ name, points: own }) => {
      const places = own.toSorted(([a], [b]) => a - b).map(([a, b]) => [round(x.at(a)), round(y.at(b))])
      const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="2.5"/>`).join('')
      return `<g class="${className(name)}"><polyline points="${places.join(' ')}"/>${dots}</g>`
    }),
  ].join('\n')
}
