// What is to be done.
import { cellName } from './cell-name.js'
import { measures, moreIsBetter } from './measures.js'
import { summaryOf } from './summary.js'
import { systems } from './systems.js'

/** What differs by less is noise. */
const noise = 0.03

/**
 * Names each figure in which a balance of ours is worse than the best of its
 * peers, which may be another each time.
 */
export function behind(results) {
  const found = summaryOf(results).flatMap((cell) =>
    Object.keys(measures[cell.measure].figures).flatMap((figure) =>
      behindIn(cell, figure).map(
        ({ name, ratio, best }) =>
          `- ${cell.measure} ${cellName(cell)}, ${figure}: ${name} ${ratio.toFixed(2)} of ${best}`,
      ),
    ),
  )
  const title = `Behind the best peer by more than ${100 * noise} %: ${found.length || 'nowhere'}`
  return [title, ...found].join('\n')
}

function behindIn({ of }, figure) {
  const value = (name) => of(name, figure).value
  const sign = moreIsBetter.includes(figure) ? 1 : -1
  const there = Object.keys(systems).filter((name) => value(name) !== undefined)
  const peers = there.filter((name) => !systems[name].isOurs)
  const [best] = peers.sort((a, b) => sign * (value(b) - value(a)))
  return there
    .filter((name) => systems[name].isOurs)
    .map((name) => ({ name, ratio: value(name) / value(best), best }))
    .filter(({ ratio }) => sign * (ratio - 1) < -noise)
}
