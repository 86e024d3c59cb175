import { byId, el, keyed, setText } from './dom.js'
import { clock, date, exact } from './words.js'

const words = { info: '', warn: 'warning ', error: 'error ' }

const keys = new WeakMap()
let count = 0

/** The newest first. */
export function showHappenings({ happened, now }) {
  const only = byId('problems-only').checked
  const shown = happened.filter(({ level }) => !only || level !== 'info').toReversed()
  keyed(byId('happened'), shown, keyOf, (one) => newLine(one, now))
  let empty = byId('happened').nextElementSibling
  if (!empty) byId('happened').after((empty = el('p', { class: 'nothing' })))
  const nothing = only ? 'No problem among what is known.' : 'Nothing yet.'
  setText(empty, shown.length > 0 ? '' : nothing)
}

/** Two that say the same at the same time are two. */
function keyOf(one) {
  if (!keys.has(one)) keys.set(one, ++count)
  return keys.get(one)
}

function newLine({ at, level, text, event }, now) {
  return el(
    'li',
    { 'data-level': level, 'data-event': event },
    el(
      'time',
      { datetime: new Date(at).toISOString(), title: exact(at) },
      clock(at),
      el('small', {}, date(at, now)),
    ),
    el('span', { class: 'text' }, el('b', {}, words[level] ?? level), text),
  )
}
