import { Actions } from './actions.js'
import { announce } from './announcer.js'
import { showCells, walkCells } from './cells.js'
import { byId, set, setText } from './dom.js'
import { showFaults } from './faults.js'
import { Figures } from './figures.js'
import { showHappenings } from './happenings.js'
import { showHeading } from './heading.js'
import { Model } from './model.js'
import { showSlot } from './slot-dialog.js'
import { Stream } from './stream.js'
import { askForToken } from './token-dialog.js'
import { readToken, token } from './token.js'

readToken()
const model = new Model()
const figures = new Figures()
const actions = new Actions(() => stream.connect())
let asking = false

const stream = new Stream('v1/live', {
  onOpen: () => model.opened(),
  onLost(how) {
    model.lost(how)
    changed()
  },
  onRefused() {
    model.refused()
    changed()
    void askAgain()
  },
  onEvent(name, data) {
    model.take(name, data)
    changed()
  },
})

async function askAgain() {
  if (asking) return
  asking = true
  const given = await askForToken()
  asking = false
  if (given) stream.connect()
}

let due = false

/** At most once a frame; while nobody looks, once a second, for the name and the sign of the tab. */
function changed() {
  if (due) return
  due = true
  const then = () => {
    due = false
    show()
  }
  if (document.hidden) setTimeout(then, 1000)
  else requestAnimationFrame(then)
}

function show() {
  const { status, connection } = model
  document.body.dataset.connection = connection
  showHeading(model, announce)
  if (document.hidden) return
  actions.show(model)
  byId('content').hidden = !status
  if (!status) return
  setText(byId('name'), status.name)
  const facts = [
    status.address,
    `Node.js ${status.version.replace(/^v/, '')}`,
    `pid ${status.pid}`,
    status.container,
  ]
  setText(byId('facts'), facts.filter(Boolean).join(' · '))
  showCells(model)
  figures.show(model)
  showHappenings(model)
  showFaults(model)
}

// Ages go on, and so does the time without a connection.
setInterval(changed, 1000)

walkCells(async (slot) => {
  if (await showSlot(model, slot, actions.whyNot)) await actions.replace(slot)
})
document.addEventListener('visibilitychange', show)
byId('problems-only').addEventListener('change', changed)
addEventListener('hashchange', () => {
  if (!location.hash.startsWith('#token=')) return
  readToken()
  stream.connect()
})
if (/\/p\/[^/]+\/$/.test(location.pathname)) {
  byId('up').hidden = false
  const known = token()
  set(byId('up'), 'href', known ? `../../#token=${encodeURIComponent(known)}` : '../../')
}
changed()
