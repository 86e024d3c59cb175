import { lines } from '../plots/lines.js'
import { systemsOf } from './systems.js'
import { conditions, number, table } from './words.js'

const figures = {
  boot: 'boot, ms',
  reload: 'reload, ms',
  reloadSeconds: 'reload takes, s',
  idle: 'idle, ms/s',
  connected: 'connected, ms/s',
  memory: 'memory, MB',
}

export const growth = {
  tables: {
    growth: (results) =>
      table([
        ['', '', ...Object.values(figures)],
        ...results.whats.flatMap((what) =>
          systemsOf(results).map(({ name }) => [
            what,
            name,
            ...Object.keys(figures).map((figure) => {
              const found = results.figure(what, name, figure)
              return found ? number(found.median) : '-'
            }),
          ]),
        ),
      ]),
  },
  plots: {
    'growth.svg': (results) => {
      const shown = systemsOf(results)
      const cells = results.whats.map((what) => {
        const [workers, connections] = what.match(/\d+/g).map(Number)
        return { what, workers, connections }
      })
      const panel = (title, label, x, figure, those) => ({
        title,
        label,
        scale: 'linear',
        even: 0,
        lines: shown.map(({ name }) => ({
          name,
          points: those
            .map((cell) => [cell[x], results.figure(cell.what, name, figure)?.median])
            .filter(([, value]) => value !== undefined),
        })),
      })
      const byWorkers = cells.filter(({ workers, connections }) => connections === 8 * workers)
      const byConnections = cells.filter(({ workers }) => workers === 4)
      return lines({
        title: 'What the primary takes as a cluster grows',
        conditions: conditions(results.about),
        systems: shown,
        panels: [
          panel('CPU of a reload, ms', 'workers', 'workers', 'reload', byWorkers),
          panel('CPU while connected, ms/s', 'workers', 'workers', 'connected', byWorkers),
          panel('memory, MB', 'connections, 4 workers', 'connections', 'memory', byConnections),
        ],
      })
    },
  },
}
