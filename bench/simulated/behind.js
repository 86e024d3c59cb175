import { measures, moreIsBetter } from './measures.js'
import { summaryOf } from './summary.js'
import { cellName } from './cell-name.js'
import { systems } from './systems.js'

/** What differs by less is noise. */
const noise = 0.03

/** Names each figure in which one of Clustered's balances is worse than the best of its peers, which may be another each time. */
export function behind(results) {
  const there = Object.keys(systems).filter((name) => results.some(({ system }) => system === name))
  const own = there.filter((name) => systems[name].isOurs)
  const others = there.filter((name) => !systems[name].isOurs)
  if (others.length === 0) return ''
  const found = summaryOf(results).flatMap((cell) =>
    Object.keys(measures[cell.measure].figures).flatMap((figure) => {
      const value = (name) => cell.of(name, figure).value
      const sign = moreIsBetter.includes(figure) ? 1 : -1
      const best = others.reduce((a, b) => (sign * (value(b) - value(a)) > 0 ? b : a))
      return own
        .map((name) => ({ name, ratio: value(name) / value(best) }))
        .filter(({ ratio }) => sign * (ratio - 1) < -noise)
        .map(
          ({ name, ratio }) =>
            `- ${cell.measure} ${cellName(cell)}, ${figure}: ${name} ${ratio.toFixed(2)} of ${best}`,
        )
    }),
  )
  return [`Behind the best peer by more than ${100 * noise} %: ${found.length || 'nowhere'}`, ...found].join(
    '\n',
  )
}
