import { kinds } from '../measures/cost.js'
import { bars } from '../plots/bars.js'
import { conditions, number, spread, table } from './words.js'

const what = 'CPU per request'
const peer = 'node:cluster'

export const cost = {
  tables: {
    cost: (results) =>
      table([
        ['', 'CPU of a worker per request, µs', `more than ${peer}, µs`, `ratio to ${peer}`],
        ...Object.keys(kinds)
          .filter(results.has)
          .map((name) => [
            nameOf(name),
            spread(results.figure(what, name, 'cpu')),
            signed(results.difference(what, name, 'cpu', peer).median),
            results.ratio(what, name, 'cpu', peer).median.toFixed(2),
          ]),
      ]),
  },
  plots: {
    'cost.svg': (results) => {
      const shown = Object.keys(kinds).filter(results.has)
      return bars({
        title: 'CPU time of a worker per request that says hello',
        conditions: conditions(results.about),
        names: 284,
        rows: shown.map((name) => ({ name: nameOf(name), isOurs: kinds[name].system === undefined })),
        panels: [
          {
            title: 'user and system, all threads',
            unit: 'µs, less is better',
            bars: shown.map((name) => {
              const figure = results.figure(what, name, 'cpu')
              const more =
                name === peer ? '' : ` (${signed(results.difference(what, name, 'cpu', peer).median)})`
              return { ...figure, value: figure.median, text: `${number(figure.median)}${more}` }
            }),
          },
        ],
      })
    },
  },
}

function nameOf(name) {
  return kinds[name].system ? name : `Clustered, ${name}`
}

function signed(value) {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`
}
