import { lines } from '../plots/lines.js'
import { baseline } from '../systems/index.js'
import { systemsOf } from './systems.js'
import { conditions, number, spread, table } from './words.js'

const changes = {
  'reload, 8 x 32': { share: 'the most connections of a worker to the mean, 2 s after a reload, 8 x 32' },
  'scale, 2 to 8 x 32': {
    gain: 'requests/s over 8 s to those before, from 2 workers to 8 under 32 connections',
  },
}

export const simulated = {
  tables: {
    simulated: uniform,
    'simulated-changes': (results) => {
      const shown = systemsOf(results)
      return table([
        ['', ...shown.map(({ name }) => name)],
        ...Object.entries(changes)
          .filter(([what]) => results.whats.includes(what))
          .flatMap(([what, figures]) => [
            ...Object.entries(figures).map(([figure, label]) => [
              label,
              ...shown.map(({ name }) => spread(results.figure(what, name, figure))),
            ]),
            [
              'requests that failed',
              ...shown.map(({ name }) => String(results.figure(what, name, 'errors')?.sum ?? '-')),
            ],
          ]),
      ])
    },
  },
  plots: {
    'simulated.svg': (results) => {
      const shown = systemsOf(results)
      const cells = cellsOf(results).filter(({ workers }) => workers === 8)
      const panel = (figure, title, scale) => ({
        title,
        scale,
        label: 'connections that are kept, 8 workers',
        even: 1,
        lines: shown.map(({ name }) => ({
          name,
          points: cells
            .map(({ what, connections }) => [
              connections,
              results.ratio(what, name, figure, baseline)?.median,
            ])
            .filter(([, ratio]) => ratio > 0),
        })),
      })
      return lines({
        title:
          'How evenly work is spread: a simulated machine of 8 cores, each request holds its worker for 5 ms',
        conditions: conditions(results.about),
        systems: shown,
        panels: [
          panel('requestsPerSecond', `requests/s to those of ${baseline} (more is better)`, 'linear'),
          panel('p99', `p99 to that of ${baseline} (less is better)`, 'doubling'),
        ],
      })
    },
  },
}

export const simulatedLong = { tables: long('') }
export const simulatedLongOn20 = { tables: long('-node-20') }

function long(suffix) {
  return {
    [`simulated-long${suffix}`]: uniform,
    [`simulated-best${suffix}`]: besideTheBest,
    [`simulated-skewed${suffix}`]: skewed,
  }
}

function skewed(results) {
  const shown = systemsOf(results)
  const whats = results.whats.filter((what) => what.startsWith('light'))
  return table([
    ['p50, p99 of the light ones in ms', ...shown.map(({ name }) => name)],
    ...whats.map((what) => [
      what,
      ...shown.map(({ name }) =>
        ['p50', 'p99'].map((figure) => number(results.figure(what, name, figure).median)).join(', '),
      ),
    ]),
  ])
}

/** Beside whichever of the others is best in a cell, which chance makes better than any of them is. */
function besideTheBest(results) {
  const shown = systemsOf(results)
  const cells = cellsOf(results)
  const peers = shown.filter(({ isOurs }) => !isOurs)
  const median = (what, name, figure) => results.figure(what, name, figure).median
  const most = (what) => Math.max(...peers.map(({ name }) => median(what, name, 'requestsPerSecond')))
  const least = (what) => Math.min(...peers.map(({ name }) => median(what, name, 'p99')))
  const rows = [
    [
      'requests/s at least 0.97 of the most',
      ({ what }, name) => median(what, name, 'requestsPerSecond') >= 0.97 * most(what),
    ],
    ['p99 at most 1.1 of the least', ({ what }, name) => median(what, name, 'p99') <= 1.1 * least(what)],
    ['p99 at most 1.5 of the least', ({ what }, name) => median(what, name, 'p99') <= 1.5 * least(what)],
  ]
  const ours = shown.filter(({ isOurs }) => isOurs)
  return table([
    [`cells of ${cells.length}, beside the best of the others in each`, ...ours.map(({ name }) => name)],
    ...rows.map(([label, holds]) => [
      label,
      ...ours.map(({ name }) => String(cells.filter((one) => holds(one, name)).length)),
    ]),
  ])
}

function uniform(results) {
  const shown = systemsOf(results)
  return table([
    ['workers x connections', ...shown.map(({ name }) => name)],
    ...cellsOf(results).map(({ what }) => [what, ...shown.map(({ name }) => cell(results, what, name))]),
  ])
}

/** Of the uniform load. */
function cellsOf(results) {
  return results.whats.flatMap((what) => {
    const [, workers, connections] = /^(\d+) x (\d+)$/.exec(what) ?? []
    return workers ? { what, workers: Number(workers), connections: Number(connections) } : []
  })
}

/** Ratios of the rounds; for the baseline the figures themselves. */
function cell(results, what, name) {
  const of = (figure) => results.figure(what, name, figure)
  if (!of('p99')) return '-'
  const errors = of('errors').sum
  const figures =
    name === baseline
      ? `1 (${number(of('requestsPerSecond').median)}/s), 1 (${number(of('p99').median)} ms)`
      : ['requestsPerSecond', 'p99']
          .map((figure) => results.ratio(what, name, figure, baseline).median.toFixed(2))
          .join(', ')
  return errors > 0 ? `${figures}, ${errors} errors` : figures
}
