import { bars } from '../plots/bars.js'
import { barsOf, systemsOf } from './systems.js'
import { conditions, number, spread, table } from './words.js'

const what = 'one of 4 workers is blocked'

export const blocked = {
  tables: {
    blocked: (results) =>
      table([
        ['', 'p50, ms', 'p99, ms', 'failed'],
        ...systemsOf(results).map(({ name }) => [
          name,
          spread(results.figure(what, name, 'p50')),
          spread(results.figure(what, name, 'p99')),
          String(results.figure(what, name, 'errors').sum),
        ]),
      ]),
  },
  plots: {
    'blocked.svg': (results) => {
      const shown = systemsOf(results)
      return bars({
        title: 'How long requests wait while one of 4 workers is blocked for 400 ms',
        conditions: conditions(results.about),
        rows: shown,
        panels: ['p50', 'p99'].map((name) => ({
          title: name === 'p50' ? 'half of them wait longer (p50)' : 'one in a hundred waits longer (p99)',
          unit: 'ms, 400 fresh connections a second; less is better',
          bars: barsOf(results, shown, what, name, number),
        })),
      })
    },
  },
}
