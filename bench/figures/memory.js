import { bars } from '../plots/bars.js'
import { barsOf, systemsOf } from './systems.js'
import { conditions, number, spread, table } from './words.js'

const figures = { total: 'all processes, 2 workers', perWorker: 'each further worker' }

export const memory = {
  tables: {
    memory: (results) =>
      table([
        ['MB', ...Object.values(figures)],
        ...systemsOf(results).map(({ name }) => [
          name,
          ...Object.keys(figures).map((figure) => spread(results.figure('memory', name, figure))),
        ]),
      ]),
  },
  plots: {
    'memory.svg': (results) => {
      const shown = systemsOf(results)
      return bars({
        title: 'Memory of an app that says hello',
        conditions: conditions(results.about),
        rows: shown,
        panels: Object.entries(figures).map(([figure, title]) => ({
          title,
          unit: 'MB, shared memory counted once (PSS); less is better',
          bars: barsOf(results, shown, 'memory', figure, number),
        })),
      })
    },
  },
}
