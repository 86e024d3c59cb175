import { byId, setText } from './dom.js'
import { niceBytes, niceTop } from './axis.js'
import { bytes, clock, compact, cpus, milliseconds, rate } from './words.js'
import { Plot } from './plots.js'

const plain = (value) => (value === null ? '–' : compact(value))
const atLeast = (least) => (value) => niceTop(value, least)

const figures = [
  {
    id: 'requests',
    title: 'Requests',
    axis: rate,
    top: atLeast(1),
    serving: true,
    series: [
      { name: 'answered', look: 'area', of: (sample) => sample.requests, format: rate },
      { name: 'errors', look: 'bars', of: (sample) => sample.errors, format: rate },
    ],
  },
  {
    id: 'latency',
    title: 'Response time',
    axis: milliseconds,
    top: atLeast(1),
    serving: true,
    series: [
      { name: 'p99', look: 'line', of: (sample) => sample.p99, format: milliseconds },
      { name: 'p50', look: 'second', of: (sample) => sample.p50, format: milliseconds },
    ],
  },
  {
    id: 'delay',
    title: 'Event loop delay',
    axis: milliseconds,
    top: atLeast(10),
    series: [{ name: 'worst p99', look: 'line', of: (sample) => sample.loopDelay, format: milliseconds }],
  },
  {
    id: 'cpu',
    title: 'CPU',
    axis: compact,
    top: atLeast(1),
    series: [{ name: 'CPUs in use', look: 'area', of: (sample) => sample.cpu, format: cpus }],
  },
  {
    id: 'memory',
    title: 'Memory',
    axis: bytes,
    top: niceBytes,
    series: [{ name: 'resident', look: 'area', of: (sample) => sample.rss, format: bytes }],
  },
  {
    id: 'connections',
    title: 'Connections',
    axis: compact,
    top: atLeast(10),
    serving: true,
    series: [
      { name: 'open', look: 'area', of: (sample) => sample.connections, format: plain },
      { name: 'in flight', look: 'second', of: (sample) => sample.inFlight, format: plain },
    ],
  },
]

/** What is drawn into each plot: since when the figures are others, it is often for one of these. */
function marksOf({ happened, status }) {
  const marks = []
  for (const { event, level, at, text } of happened) {
    if (event === 'reload:start') marks.push({ kind: 'reload', at, title: text })
    if (event === 'reload:done' || event === 'reload:failed') {
      const begun = marks.findLast((mark) => mark.kind === 'reload' && mark.to === undefined)
      if (begun) begun.to = at
    }
    const isFault = event === 'worker:exit' && level === 'error'
    if (isFault || event === 'worker:hung' || event === 'worker:crash')
      marks.push({ kind: 'fault', at, title: text })
  }
  // What has ended unseen has ended.
  if (status.lastReload?.state !== 'under way')
    for (const mark of marks) if (mark.kind === 'reload') mark.to ??= mark.at
  return marks
}

export class Figures {
  #plots
  #cursor
  #model
  #shown

  /** One cursor for all of them: what was it that went up when that went down? */
  #follow = (at) => {
    this.#cursor = at
    this.show(this.#model)
  }

  show(model) {
    this.#model = model
    const { status, samples, happened } = model
    this.#plots ??= figures
      .filter(({ serving }) => status.listen || !serving)
      .map((figure) => new Plot(byId('figures'), figure, this.#follow))
    const last = samples.at(-1)?.at ?? model.now
    // It goes on where nothing comes any more, and does not tremble where something does.
    const end = model.now - last > 2500 ? model.now : last
    // Much is told between two samples that changes nothing here.
    const news = [end, samples.length, happened.length, this.#cursor, status.lastReload?.state].join()
    if (news === this.#shown) return
    this.#shown = news
    const marks = marksOf(model)
    for (const plot of this.#plots) plot.show(samples, end, marks, this.#cursor)
    setText(byId('cursor-time'), this.#cursor === undefined ? '' : `at ${clock(this.#cursor)}`)
  }
}
