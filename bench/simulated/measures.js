// What is measured.
import { wrk } from '../wrk.js'
import { balanceAfterReload, gainOfScale, lightAmongHeavy } from './changes.js'

/** Of the figures in the tables; of the others, less is. */
export const moreIsBetter = ['requestsPerSecond', 'gain']

const throughput = { requestsPerSecond: 'requests/s', p99: 'p99 in ms' }

/**
 * `cells` are the situations, unless the flags name others; each in every one of
 * `setups`. `measure` is given a system that has `cell.workers`: beside the
 * others, which are idle then, or, with `alone`, just started and by itself.
 * `figures` are those in the tables.
 */
export const measures = {
  uniform: {
    title: 'Keep-alive, each request holds its worker for 5 ms',
    figures: throughput,
    cells: [2, 4, 8, 16].flatMap((workers) =>
      [8, 16, 32, 64, 128, 256].map((connections) => ({ workers, connections })),
    ),
    measure: ({ port }, { connections }, seconds) => load(`${port}/5`, connections, seconds),
  },
  skewed: {
    title: 'Requests of 2 ms, while half as many clients as there are workers have requests of 40 ms',
    figures: { p50: 'p50 in ms', p99: 'p99 in ms' },
    cells: [2, 4, 8, 16].map((workers) => ({ workers, connections: 4.5 * workers })),
    setups: [
      { setup: 'without a pause', pause: 0 },
      { setup: 'with a pause of 50 ms', pause: 50 },
    ],
    measure: lightAmongHeavy,
  },
  scale: {
    title: 'Four times the workers under open connections: requests/s over the next 8 s, to those before',
    figures: { gain: 'ratio to before' },
    cells: [{ workers: 2, connections: 32 }],
    alone: true,
    measure: gainOfScale,
  },
  reload: {
    title: '2 s after a rolling reload: the most connections of a worker',
    figures: { share: 'ratio to the mean' },
    cells: [
      { workers: 8, connections: 32 },
      { workers: 8, connections: 64 },
    ],
    alone: true,
    measure: balanceAfterReload,
  },
  fresh: {
    title: 'Fresh connections, requests that take no time',
    figures: throughput,
    cells: [{ workers: 2, connections: 24 }],
    measure: ({ port }, { connections }, seconds) =>
      load(`${port}/`, connections, seconds, '-H', 'Connection: close'),
  },
  many: {
    title: 'Keep-alive with many connections, requests that take no time',
    figures: throughput,
    cells: [{ workers: 2, connections: 256 }],
    measure: ({ port }, { connections }, seconds) => load(`${port}/`, connections, seconds),
  },
}

function load(url, connections, seconds, ...args) {
  return wrk(`http://127.0.0.1:${url}`, '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...args)
}
