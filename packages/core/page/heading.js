import { byId, el, keyed, set, setText, svg } from './dom.js'
import { clock, duration, until } from './words.js'
import { verdict } from './verdict.js'

const paths = {
  well: 'M3 8.5 6.5 12 13 4.5',
  change: 'M13 8a5 5 0 1 1-1.5-3.6M13 2v3h-3',
  warn: 'M8 3v6M8 12v.5',
  bad: 'M4 4l8 8M12 4l-8 8',
  lost: 'M3 8h3M10 8h3M8 2.5v2M8 11.5v2',
}
const colors = { well: '#1a7f3c', change: '#0b62c4', warn: '#b07300', bad: '#c0281e', lost: '#6b7280' }

/** The verdict: on the page, in the tab, and to whoever listens. */
export function showHeading(model, announce) {
  showVerdict(judge(model), model.status?.name ?? 'Clustered', announce)
}

export function showVerdict({ level, word, text, also }, name, announce) {
  const section = byId('verdict')
  set(section, 'data-level', level)
  const said = text ? `${word}: ${text}` : word
  setText(byId('verdict-text'), said)
  const notes = also.map((one, i) => ({ ...one, key: `${i} ${one.to}` }))
  keyed(byId('also'), notes, ({ key }) => key, newNote, showNote)
  document.title = `${word} – ${name}`
  showIcon(level)
  // Not each time that only a number is another one, but for that of a slot.
  const slots = /slots? [\d, and]+/.exec(text) ?? ''
  announce(said, slots + said.replace(/[\d.]+/g, ''))
}

function judge(model) {
  const { connection, status, retryAt, lostAt, reason, isAnswered } = model
  if (connection === 'refused')
    return {
      level: 'lost',
      word: 'A token is needed',
      text: 'this program shows itself to those who have it',
      also: [],
    }
  if (connection === 'lost') {
    const now = Date.now()
    const again = retryAt > now ? ` Next try in ${duration(until(retryAt, now))}.` : ''
    const also = [{ level: 'note', text: `${reason}${again}` }]
    if (status) {
      const last = verdict(model, model.now)
      also.push({
        level: 'note',
        text: `All below is as of ${clock(lostAt)}. Then: ${last.word}: ${last.text}`,
      })
    }
    return {
      level: 'lost',
      word: `${isAnswered ? 'Out of reach' : 'Connection lost'} for ${duration(Date.now() - lostAt)}`,
      text: '',
      also,
    }
  }
  if (!status) return { level: 'change', word: 'Connecting', text: '', also: [] }
  return verdict(model, model.now)
}

function newNote() {
  return el('li')
}

function showNote(item, { level, text, to }) {
  set(item, 'data-level', level)
  if (to) {
    if (!item.firstElementChild) item.append(el('a', { href: `#${to}` }))
    setText(item.firstElementChild, text)
  } else setText(item, text)
}

let shownIcon

function showIcon(level) {
  if (shownIcon === level) return
  shownIcon = level
  const icon =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">` +
    `<rect width="16" height="16" rx="4" fill="${colors[level]}"/>` +
    `<path d="${paths[level]}" fill="none" stroke="white" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"/></svg>`
  set(document.querySelector('link[rel=icon]'), 'href', `data:image/svg+xml,${encodeURIComponent(icon)}`)
  byId('verdict').querySelector('svg')?.remove()
  byId('verdict').prepend(
    svg(
      'svg',
      { viewBox: '0 0 16 16', class: 'sign', 'aria-hidden': 'true' },
      svg('path', { d: paths[level] }),
    ),
  )
}
