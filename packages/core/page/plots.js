import { el, set, setText, svg } from './dom.js'
import { minutes } from './axis.js'
import { clock } from './words.js'
import { span } from './model.js'

/** After this long (in ms) without a sample there is a gap. */
const gap = 2500
const height = 104
/** For the labels, in px: right of the plot and below it. */
const gutter = 48
const foot = 16

/**
 * One plot of the last five minutes. It is a slider over them: the mouse, a
 * finger or the arrow keys choose the second whose values stand above it.
 */
export class Plot {
  #figure
  #svg
  #width = 0
  #last

  /** @param onCursor is called with a time, or `undefined` for now. */
  constructor(parent, figure, onCursor) {
    this.#figure = figure
    const { series } = figure
    this.values = series.map(() => el('b', {}, '–'))
    const legend = series.map(({ name, look }, i) =>
      el(
        'span',
        { class: 'key', 'data-look': look },
        el('i', { 'aria-hidden': 'true' }),
        `${name} `,
        this.values[i],
      ),
    )
    this.summary = el('p', { class: 'unseen', id: `summary-${figure.id}` })
    this.slider = el('div', {
      class: 'plot',
      role: 'slider',
      tabindex: 0,
      'aria-label': `${figure.title}, second by second`,
      'aria-describedby': `summary-${figure.id}`,
      'aria-valuemin': -span / 1000,
      'aria-valuemax': 0,
    })
    this.#svg = svg('svg', { 'aria-hidden': 'true', height: height + foot })
    this.slider.append(this.#svg)
    parent.append(
      el(
        'figure',
        {},
        el('figcaption', {}, el('h3', {}, figure.title), el('span', { class: 'keys' }, ...legend)),
        this.slider,
        this.summary,
      ),
    )
    new ResizeObserver(([entry]) => {
      this.#width = Math.round(entry.contentRect.width)
      if (this.#last) this.show(...this.#last)
    }).observe(this.slider)
    this.#followCursor(onCursor)
  }

  /** @param cursor a time, or `undefined` for the newest sample. */
  show(samples, end, marks, cursor) {
    this.#last = [samples, end, marks, cursor]
    const { series, top } = this.#figure
    const chosen = cursor === undefined ? samples.at(-1) : nearest(samples, cursor)
    const stale = cursor === undefined && (!chosen || end - chosen.at > 2 * gap)
    series.forEach(({ of, format }, i) =>
      setText(this.values[i], format(stale || !chosen ? null : of(chosen))),
    )
    this.#describe(samples, end, chosen, cursor)
    if (this.#width < gutter + 20) return
    const width = this.#width - gutter
    const x = (at) => round(width * (1 - (end - at) / span))
    const most = samples.reduce((max, one) => Math.max(max, ...series.map(({ of }) => of(one) ?? 0)), 0)
    const highest = top(most)
    const y = (value) => round(height - (height - 6) * (value / highest))
    const shown = samples.filter(({ at }) => at >= end - span && at <= end + gap)
    set(this.#svg, 'width', this.#width)
    const parts = [
      ...this.#axes(width, x, y, end, highest),
      ...marks
        .filter(({ to = end, at }) => to >= end - span && at <= end)
        .map((mark) => drawMark(mark, x, end)),
      ...series.flatMap((one) => drawSeries(one, shown, x, y)),
      cursor !== undefined &&
        svg('line', { class: 'cursor', x1: x(cursor), x2: x(cursor), y1: 0, y2: height }),
      ...(cursor !== undefined && chosen
        ? series.flatMap(({ of, look }) =>
            of(chosen) === null
              ? []
              : svg('circle', { class: 'dot', 'data-look': look, cx: x(chosen.at), cy: y(of(chosen)), r: 3 }),
          )
        : []),
    ]
    this.#svg.replaceChildren(...parts.filter(Boolean))
  }

  #axes(width, x, y, end, highest) {
    const { axis } = this.#figure
    const levels = [0, highest / 2, highest].map((value) => [
      svg('line', { class: value === 0 ? 'base' : 'grid', x1: 0, x2: width, y1: y(value), y2: y(value) }),
      svg(
        'text',
        { x: width + 6, y: y(value) + (value === highest ? 8 : value === 0 ? 0 : 4) },
        value === 0 ? '0' : axis(value),
      ),
    ])
    const every = width < 230 ? 2 : 1
    const times = minutes(end - span, end)
      .filter((at) => x(at) > 14 && x(at) < width - 12 && (at / 60_000) % every === 0)
      .map((at) => [
        svg('line', { class: 'tick', x1: x(at), x2: x(at), y1: height, y2: height + 3 }),
        svg('text', { x: x(at), y: height + 14, 'text-anchor': 'middle' }, clock(at).slice(0, 5)),
      ])
    return [...levels, ...times].flat()
  }

  #describe(samples, end, chosen, cursor) {
    const { series, title } = this.#figure
    const at = cursor ?? end
    const values = series
      .map(({ name, of, format }) => `${name} ${chosen ? format(of(chosen)) : 'unknown'}`)
      .join(', ')
    set(this.slider, 'aria-valuenow', Math.max(-span / 1000, Math.round((at - end) / 1000)))
    set(this.slider, 'aria-valuetext', `${cursor === undefined ? 'now' : clock(at)}: ${values}`)
    const extremes = series.map(({ name, of, format }) => {
      const known = samples.map(of).filter((value) => value !== null)
      if (known.length === 0) return `${name}: nothing is known`
      return `${name} between ${format(Math.min(...known))} and ${format(Math.max(...known))}`
    })
    setText(this.summary, `${title} of the last five minutes: ${extremes.join('; ')}.`)
  }

  #followCursor(onCursor) {
    const { slider } = this
    const toTime = (event) => {
      const [, end] = this.#last
      const left = event.clientX - slider.getBoundingClientRect().left
      const share = Math.min(1, Math.max(0, left / (this.#width - gutter)))
      onCursor(Math.round(end - span * (1 - share)))
    }
    slider.addEventListener('pointermove', (event) => this.#last && toTime(event))
    slider.addEventListener('pointerdown', (event) => this.#last && toTime(event))
    slider.addEventListener(
      'pointerleave',
      ({ pointerType }) => pointerType === 'mouse' && onCursor(undefined),
    )
    slider.addEventListener('blur', () => onCursor(undefined))
    slider.addEventListener('keydown', (event) => {
      if (!this.#last) return
      const [, end, , cursor] = this.#last
      const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -30, PageUp: 30 }
      const step = steps[event.key]
      const to = { Home: end - span, End: undefined, Escape: undefined }
      if (step === undefined && !(event.key in to)) return
      event.preventDefault()
      const at = step === undefined ? to[event.key] : Math.max(end - span, (cursor ?? end) + step * 1000)
      onCursor(at >= end ? undefined : at)
    })
  }
}

function nearest(samples, at) {
  const found = samples.findLast((one) => one.at <= at + 500)
  return found && at - found.at < gap ? found : undefined
}

function drawSeries({ of, look }, samples, x, y) {
  if (look === 'bars') {
    const bars = samples.filter((one) => of(one) > 0)
    // One error among thousands is seen, too.
    const path = bars.map((one) => `M${x(one.at)} ${height}V${Math.min(y(of(one)), height - 4)}`)
    return [svg('path', { class: 'series', 'data-look': look, d: path.join('') })]
  }
  const runs = runsOf(samples, of)
  const line = runs.map((run) => `M${run.map((one) => `${x(one.at)} ${y(of(one))}`).join('L')}h.01`).join('')
  const drawn = [svg('path', { class: 'series', 'data-look': look, d: line })]
  if (look === 'area') {
    const area = runs.map(
      (run) =>
        `M${x(run[0].at)} ${height}${run.map((one) => `L${x(one.at)} ${y(of(one))}`).join('')}V${height}z`,
    )
    drawn.unshift(svg('path', { class: 'area', d: area.join('') }))
  }
  return drawn
}

/** What belongs together: without a second, or with a value that is not known, a line ends. */
function runsOf(samples, of) {
  const runs = []
  let last
  for (const sample of samples) {
    if (of(sample) === null) {
      last = undefined
      continue
    }
    if (last && sample.at - last.at <= gap) runs.at(-1).push(sample)
    else runs.push([sample])
    last = sample
  }
  return runs
}

/** A reload is as wide as it takes long; a hang or a crash is a moment. */
function drawMark({ kind, at, to, title }, x, end) {
  const from = Math.max(0, x(at))
  const name = svg('title', {}, title)
  if (kind === 'reload') {
    const width = Math.max(2, Math.min(x(end), x(to ?? end)) - from)
    return svg('rect', { class: 'mark', 'data-kind': kind, x: from, width, y: 0, height }, name)
  }
  const line = svg('path', { class: 'at', d: `M${from} 3V${height}` })
  const head = svg('path', { d: `M${from - 3} 0h6l-3 5z` })
  return svg('g', { class: 'mark', 'data-kind': kind }, line, head, name)
}

function round(value) {
  return Math.round(value * 10) / 10
}
