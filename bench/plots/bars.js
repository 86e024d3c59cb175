// Panels of bars that lie, one for each system, its name at the left.
import { frame, top, width } from './frame.js'
import { at, path, rect, text } from './svg.js'

const nameWidth = 168
const gap = 20
const row = { height: 22, bar: 13 }
/** For the panel's title above its bars, and the room below them. */
const head = 40
const foot = 12
/** For what stands behind the longest bar. */
const characterWidth = 6.4

/**
 * @param panels each with a `title`, a `unit` and `bars`, which have `value`, perhaps `least` and `most`, and `text`;
 *   undefined where a system has none, of which `none` says why.
 *   A bar without a `value` is its text alone.
 * @param rows the names, and whether they are ours.
 */
export function bars({
  title,
  conditions,
  rows,
  panels,
  columns = panels.length,
  none = '-',
  names = nameWidth,
}) {
  const panelWidth = (width - 16 - names - gap * columns) / columns
  const blockHeight = head + rows.length * row.height + foot
  const blocks = Math.ceil(panels.length / columns)
  const content = Array.from({ length: blocks }, (_, block) => {
    const those = panels.slice(block * columns, (block + 1) * columns)
    return `<g transform="${at(0, top + block * blockHeight)}">${[
      ...rows.map(({ name, isOurs }, index) =>
        text(names, head + (index + 0.68) * row.height, name, `class="end${isOurs ? ' strong' : ''}"`),
      ),
      ...those.map((panel, index) => {
        const left = names + gap / 2 + index * (panelWidth + gap)
        return `<g transform="${at(left, 0)}">${drawPanel(panel, rows, panelWidth, none)}</g>`
      }),
    ].join('\n')}</g>`
  })
  return frame({ title, conditions, height: top + blocks * blockHeight, content })
}

function drawPanel(panel, rows, panelWidth, none) {
  const there = panel.bars.filter((bar) => bar?.value !== undefined)
  const longest = Math.max(...there.map((bar) => bar.text.length), 1)
  const room = panelWidth - longest * characterWidth - 10
  const most = Math.max(...there.map((bar) => bar.most ?? bar.value), 0)
  const scale = (value) => (most > 0 ? (Math.max(value, 0) / most) * room : 0)
  return [
    text(0, 14, panel.title, 'class="strong"'),
    text(0, 29, panel.unit, 'class="quiet small"'),
    path(`M0 ${head - 2}V${head + rows.length * row.height + 2}`, 'grid'),
    ...panel.bars.map((bar, index) => {
      const y = head + index * row.height
      const middle = y + row.height / 2
      const baseline = y + row.height * 0.68
      if (bar?.value === undefined) return text(6, baseline, bar?.text ?? none, 'class="quiet"')
      const end = scale(bar.value)
      const isSpread = bar.most > bar.least
      const right = Math.max(end, isSpread ? scale(bar.most) : 0)
      return [
        rect(0, middle - row.bar / 2, end, row.bar, rows[index].isOurs ? 'ours' : 'peer'),
        isSpread
          ? path(
              `M${scale(bar.least).toFixed(1)} ${middle}H${right.toFixed(1)}m0 -3v6M${scale(bar.least).toFixed(1)} ${middle - 3}v6`,
              'spread',
            )
          : '',
        text(right + 6, baseline, bar.text, rows[index].isOurs ? 'class="strong"' : ''),
      ].join('')
    }),
  ].join('\n')
}
