import { bars } from '../plots/bars.js'
import { systemsOf } from './systems.js'
import { conditions, number, spread, table } from './words.js'

const events = {
  boot: 'boot, until all 4 workers answer',
  reload: 'reload, until all 4 are new',
  recovery: 'recovery of a worker from kill -9',
}
const never = 'not within 30 s'

export const times = {
  tables: {
    times: (results) =>
      table([
        ['ms', ...Object.values(events)],
        ...systemsOf(results).map(({ name }) => [
          name,
          ...Object.keys(events).map((what) =>
            results.figure(what, name, 'never') ? never : spread(results.figure(what, name, 'ms')),
          ),
        ]),
      ]),
  },
  plots: {
    'times.svg': (results) => {
      const shown = systemsOf(results)
      return bars({
        title: 'How long a boot, a reload and a recovery take, 4 workers',
        conditions: conditions(results.about),
        rows: shown,
        panels: Object.entries(events).map(([what, title]) => ({
          title,
          unit: 'ms, less is better',
          bars: shown.map(({ name }) => {
            if (results.figure(what, name, 'never')) return { text: never }
            const figure = results.figure(what, name, 'ms')
            return figure && { ...figure, value: figure.median, text: number(figure.median) }
          }),
        })),
      })
    },
  },
}
