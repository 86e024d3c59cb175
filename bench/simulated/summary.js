import { median } from '../sites.js'
import { baseline } from './systems.js'

/**
 * Puts the rounds together: for each cell and system the median of a figure, and
 * the median of its ratios to the baseline's in the same round.
 */
export function summaryOf(results) {
  const groups = new Map()
  for (const result of results) {
    const { measure, workers, connections, setup } = result
    const key = [measure, workers, connections, setup].join()
    if (!groups.has(key)) groups.set(key, { measure, workers, connections, setup, results: [] })
    groups.get(key).results.push(result)
  }
  return [...groups.values()].map(({ results: own, ...cell }) => ({
    ...cell,
    of: (system, figure) => figureOf(own, system, figure),
  }))
}

function figureOf(group, system, figure) {
  const own = group.filter((result) => result.system === system)
  const ratios = own.flatMap((result) => {
    const base = group.find(({ system: name, round }) => name === baseline && round === result.round)
    return base ? result[figure] / base[figure] : []
  })
  return {
    value: median(own.map((result) => result[figure])),
    ratio: median(ratios),
    sum: own.reduce((sum, result) => sum + result[figure], 0),
  }
}
