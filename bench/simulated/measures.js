// What is measured, of which figures, and how long each takes a system.
import { wrk } from '../wrk.js'

/**
 * `cells` are the situations of a measure. `measure` is given a system that has
 * `cell.workers`; with `alone` it has just been started, and nothing else runs.
 * `figures` of the result are in the table.
 */
export const measures = {
  uniform: {
    title: 'Keep-alive, each request holds its worker for 5 ms',
    figures: { requestsPerSecond: 'requests/s', p99: 'p99 in ms' },
    cells: ({ cells }) => cells,
    measure: ({ port }, { connections }, { seconds }) =>
      load(`http://127.0.0.1:${port}/5`, connections, seconds),
  },
  fresh: {
    title: 'Fresh connections, requests that take no time',
    figures: { requestsPerSecond: 'requests/s', p99: 'p99 in ms' },
    cells: () => [{ workers: 2, connections: 24 }],
    measure: ({ port }, { connections }, { seconds }) =>
      load(`http://127.0.0.1:${port}/`, connections, seconds, '-H', 'Connection: close'),
  },
  many: {
    title: 'Keep-alive with many connections, requests that take no time',
    figures: { requestsPerSecond: 'requests/s', p99: 'p99 in ms' },
    cells: () => [{ workers: 2, connections: 256 }],
    measure: ({ port }, { connections }, { seconds }) =>
      load(`http://127.0.0.1:${port}/`, connections, seconds),
  },
}

function load(url, connections, seconds, ...args) {
  return wrk(url, '-t1', `-c${connections}`, `-d${seconds}s`, '--latency', ...args)
}
