import { bars } from '../plots/bars.js'
import { barsOf, systemsOf } from './systems.js'
import { conditions, number, spread, table } from './words.js'

const kinds = { 'keep-alive': 'connections that are kept', fresh: 'a fresh connection each' }

export const throughput = {
  tables: {
    throughput: (results) =>
      table([
        ['', 'kept connections: requests/s', 'CPU, µs', 'fresh connections: requests/s', 'CPU, µs'],
        ...systemsOf(results).map(({ name }) => [
          name,
          ...Object.keys(kinds).flatMap((what) => {
            const errors = results.figure(what, name, 'errors')?.sum
            const requests = spread(results.figure(what, name, 'requestsPerSecond'))
            return [
              errors > 0 ? `${requests}, ${errors} errors` : requests,
              spread(results.figure(what, name, 'cpu')),
            ]
          }),
        ]),
      ]),
  },
  plots: {
    'throughput.svg': (results) => {
      const shown = systemsOf(results)
      return bars({
        title: 'Requests in a second of an app that says hello, 2 workers on 2 cores',
        conditions: conditions(results.about),
        rows: shown,
        panels: Object.entries(kinds).map(([what, title]) => ({
          title,
          unit: 'requests per second, more is better',
          bars: barsOf(results, shown, what, 'requestsPerSecond', number),
        })),
      })
    },
  },
}
