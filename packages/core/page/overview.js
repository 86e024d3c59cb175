import { announce } from './announcer.js'
import { byId, el, keyed, set, setText } from './dom.js'
import { showVerdict } from './heading.js'
import { askForToken } from './token-dialog.js'
import { authorization, readToken, token } from './token.js'
import { verdict } from './verdict.js'
import { bytes, capital, counted, duration, milliseconds, percent, rate } from './words.js'

/** Ms between two looks. */
const pause = 2000
/** Of those that have no status; any other is bad. */
const levels = { stopped: 'lost', booting: 'change' }
const order = ['well', 'change', 'warn', 'bad']

readToken()
let lostAt

async function look() {
  try {
    const response = await fetch('v1/programs', {
      headers: authorization(),
      cache: 'no-store',
      signal: AbortSignal.timeout(10_000),
    })
    if (response.status === 401) {
      if (!(await askForToken())) return showLost('A token is needed', 'to see the programs')
    } else {
      if (!response.ok) throw new Error(`the answer was ${response.status}`)
      const { programs } = await response.json()
      lostAt = undefined
      document.body.dataset.connection = 'open'
      show(programs.map(judged))
    }
  } catch {
    lostAt ??= Date.now()
    showLost(`Connection lost for ${duration(Date.now() - lostAt)}`, '')
  }
  setTimeout(() => void look(), pause)
}

function showLost(word, text) {
  document.body.dataset.connection = 'lost'
  showVerdict({ level: 'lost', word, text, also: [] }, 'Clustered', announce)
}

function judged(program) {
  const { status, error } = program
  if (!status) {
    const [, state] = /^is (\w+)$/.exec(error ?? '') ?? []
    if (state) return { ...program, level: levels[state] ?? 'bad', word: capital(state), text: '' }
    return { ...program, level: 'bad', word: 'Out of reach', text: error ?? '' }
  }
  // One of an older release says less.
  const whole = { bySlot: [], workers: [], lastReload: null, primary: { rss: 0 }, ...status }
  return {
    ...program,
    status: whole,
    ...verdict({ status: whole, samples: [], happened: [], faults: [] }, Date.now()),
  }
}

function show(programs) {
  const ill = programs.filter(({ level }) => level === 'warn' || level === 'bad')
  const worst = order[Math.max(0, ...programs.map(({ level }) => order.indexOf(level)))]
  showVerdict(
    {
      level: worst,
      ...headline(programs, ill),
      also: [],
    },
    'Clustered',
    announce,
  )
  byId('programs').hidden = programs.length === 0
  keyed(byId('rows'), programs, ({ path }) => path, newRow, showRow)
}

function headline(programs, ill) {
  if (programs.length === 0) return { word: 'No program', text: 'runs that this user may see' }
  if (ill.length === 0) return { word: 'All well', text: counted(programs.length, 'program') }
  const [{ name, word, text }] = ill
  if (ill.length === 1) return { word: name, text: `${word}: ${text}` }
  return { word: 'Not well', text: `${ill.length} of ${counted(programs.length, 'program')}` }
}

function newRow() {
  const titles = [...document.querySelectorAll('thead .number')].map((cell) => cell.textContent)
  const cells = titles.map((title) => el('td', { class: 'number', 'data-title': title }))
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, el('a')),
    el('td', { class: 'state' }, el('b'), ' ', el('span')),
    ...cells,
  )
}

function showRow(row, { name, path, status, level, word, text }) {
  const known = token()
  const link = row.querySelector('a')
  setText(link, name)
  set(link, 'href', known ? `${path}#token=${encodeURIComponent(known)}` : path)
  set(row, 'data-level', level)
  set(row, 'data-silent', !status)
  const values = status ? figures(status) : Array.from({ length: 7 }, () => '–')
  const [term, rest] = row.children[1].children
  setText(term, word)
  setText(rest, level === 'well' ? '' : text)
  for (const [i, value] of values.entries()) setText(row.children[i + 2], value)
}

function figures({ bySlot, generation, workers, primary, startedAt, listen }) {
  const vitals = workers.flatMap((worker) => worker.vitals ?? [])
  const sum = (of) => vitals.reduce((total, one) => total + of(one), 0)
  const p99 = Math.max(...vitals.map(({ latency }) => latency?.p99 ?? -1))
  return [
    `${bySlot.filter(({ state }) => state === 'ready').length}/${bySlot.length}`,
    String(generation),
    listen ? rate(sum((one) => one.requestRate)) : '–',
    milliseconds(p99 < 0 ? undefined : p99),
    percent(sum((one) => one.cpu)),
    bytes(primary.rss + sum((one) => one.rss)),
    duration(Date.now() - startedAt),
  ]
}

void look()
