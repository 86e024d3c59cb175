import { bars } from '../plots/bars.js'
import { systemsOf } from './systems.js'
import { conditions, number, table } from './words.js'

/** In s: an answer that takes longer is told of, though it is complete. */
const slow = 2

export const faults = {
  conditions: where,
  tables: { faults: (results) => tableOf(results, systemsOf(results)) },
  plots: {
    'faults.svg': (results) => {
      const shown = systemsOf(results)
      return bars({
        title: 'Requests that fail, of 16 clients that never retry; 2 workers',
        conditions: where(results.about),
        rows: shown,
        columns: 3,
        panels: results.whats.map((what) => ({
          title: what,
          unit: unitOf(results, what, shown),
          bars: shown.map((system) => bar(results, what, system)),
        })),
      })
    },
  },
}

export const faultsLong = {
  conditions: where,
  tables: { 'faults-long': (results) => tableOf(results, systemsOf(results)) },
}

function bar(results, what, { name, hasThreads }) {
  const of = (figure) => results.figure(what, name, figure)?.sum
  const lost = of('lost')
  if (lost === undefined) return { text: hasThreads ? 'they are threads' : 'has none' }
  // How many are refused from then on says only how long one looked.
  if (of('gone') !== undefined) return { text: 'the service ends' }
  if (of('endured') < of('times')) return { text: 'a worker stays away' }
  const hung = of('hung')
  return {
    value: lost,
    text: [lost > hung && number(lost), hung > 0 && `${hung} hung`].filter(Boolean).join(', ') || '0',
  }
}

function tableOf(results, shown) {
  return table([
    ['Failed requests', ...shown.map(({ name }) => name)],
    ...results.whats.map((what) => [
      titleOf(results, what, shown),
      ...shown.map(({ name }) => cell(results, what, name)),
    ]),
  ])
}

function cell(results, what, name) {
  const of = (figure) => results.figure(what, name, figure)?.sum
  if (of('lost') === undefined) return '-'
  const worst = results.figure(what, name, 'worst')?.most
  const more = [
    of('hung') > 0 && `${of('hung')} hung`,
    of('hung') === 0 && worst > slow && `one took ${number(worst)} s`,
    of('told') > 0 && `${of('told')} were 503s`,
    of('done') < of('times') && `${of('done')} of ${of('times')} reloads were done`,
    of('endured') < of('times') && `a worker stays away after ${of('endured') + 1}`,
    of('streamsLost') > 0 && `${of('streamsLost')} of 20 streams`,
    of('gone') !== undefined && 'the service ends',
  ].filter(Boolean)
  return `${number(of('lost'))} of ${number(of('sent'))}${more.length > 0 ? ` (${more.join(', ')})` : ''}`
}

function titleOf(results, what, shown) {
  const times = timesOf(results, what, shown)
  return times ? `${what}, ${times} times` : what
}

function unitOf(results, what, shown) {
  const times = timesOf(results, what, shown)
  return times ? `${times} times; less is better` : 'less is better'
}

/** Undefined for a fault that goes on. */
function timesOf(results, what, shown) {
  return shown.map(({ name }) => results.figure(what, name, 'times')?.most).find(Boolean)
}

/** There are no medians: these are counts. */
function where(about) {
  return conditions({ ...about, rounds: undefined, seconds: undefined })
}
