import { byId, el, keyed, set, setText, svg } from './dom.js'
import { standing } from './standing.js'
import { age, bytes, counted, duration, percent, rate, until } from './words.js'

/** The state of a worker as a shape, since a colour alone says nothing to many. */
const shapes = {
  ready: 'M6 1.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9z',
  booting: 'M6 1.5a4.5 4.5 0 1 0 4.5 4.5H8A2 2 0 1 1 6 4z',
  draining: 'M1.5 4h9L6 10.5z',
  spare: 'M6 1 11 6 6 11 1 6z',
  hangs: 'M1 1h4v10H1zM7 1h4v10H7z',
  empty: 'M2 .6 6 4.6l4-4L11.4 2l-4 4 4 4-1.4 1.4-4-4-4 4L.6 10l4-4-4-4z',
  finished: 'M2 2h8v8H2z',
  gone: 'M2 5h8v2H2z',
}

/** Each slot as a cell, and in it a lane for each worker: the old one, and to its right the one that follows. */
export function showCells(model) {
  const { status } = model
  const cells = status.bySlot.map((slot) => ({
    ...slot,
    lanes: lanesOf(model, (worker) => worker.slot === slot.slot, slot),
  }))
  const spares = lanesOf(model, ({ slot }) => slot < 0)
  if (spares.length > 0) cells.push({ slot: -1, state: 'spare', failures: 0, lanes: spares })
  // One that is scaled away answers what it has in flight.
  for (const worker of status.workers)
    if (worker.slot >= status.bySlot.length && !cells.some(({ slot }) => slot === worker.slot))
      cells.push({
        slot: worker.slot,
        state: 'leaving',
        failures: 0,
        lanes: lanesOf(model, ({ slot }) => slot === worker.slot),
      })
  const grid = byId('slots')
  set(grid, 'data-many', cells.length > 40 ? 'very' : cells.length > 12)
  keyed(
    grid,
    cells,
    ({ slot }) => slot,
    newCell,
    (cell, item) => showCell(cell, item, model),
  )
  if (!grid.querySelector('[tabindex="0"]')) set(grid.firstElementChild ?? grid, 'tabindex', 0)
  setText(byId('slots-summary'), summary(status))
}

function summary({ bySlot, bounds }) {
  const ready = bySlot.filter(({ state }) => state === 'ready').length
  const follows = bounds
    ? `, ${bounds.held ? 'held until the next reload' : `by load between ${bounds.min} and ${bounds.max}`}`
    : ''
  return `${ready} of ${bySlot.length} ready${follows}`
}

function lanesOf(model, isOf, slot) {
  const stuck = standing(model)?.pid
  const lanes = model.status.workers
    .filter(isOf)
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .map((worker) => ({ ...worker, shown: worker.pid === stuck ? 'hangs' : worker.state }))
  const { state } = slot ?? { state: 'ready' }
  if (state !== 'ready' && !lanes.some((lane) => lane.state !== 'draining')) {
    if (model.status.state !== 'closing')
      lanes.push({ pid: 'none', shown: state === 'finished' ? state : 'empty', slotInfo: slot })
    // None follows in a program that closes.
    else if (lanes.length === 0) lanes.push({ pid: 'none', shown: 'gone', slotInfo: slot })
  }
  return lanes
}

function newCell({ slot }) {
  const cell = el(
    'button',
    { type: 'button', class: 'cell', tabindex: -1, 'aria-haspopup': 'dialog' },
    el('span', { class: 'unseen' }),
    el('span', { class: 'slot', 'aria-hidden': 'true' }, slot < 0 ? 'spares' : String(slot)),
    el('span', { class: 'lanes', 'aria-hidden': 'true' }),
  )
  cell.dataset.slot = slot
  return cell
}

function showCell(cell, { slot, lanes, failures }, model) {
  const name = slot < 0 ? 'Spares' : `Slot ${slot}`
  const failing = failures > 0 ? `, ${counted(failures, 'failure')} in a row` : ''
  const words = lanes.map((lane) => laneInWords(lane, model)).join('; ')
  setText(cell.firstElementChild, `${name}: ${words}${failing}`)
  set(cell, 'data-trouble', lanes.some(({ shown }) => shown === 'empty' || shown === 'hangs') || failures > 1)
  const there = cell.lastElementChild
  // The first are just there; one that comes later is seen coming.
  const make = there.childElementCount > 0 ? () => newLane('enters') : () => newLane()
  keyed(
    there,
    lanes,
    ({ pid }) => pid,
    make,
    (lane, item) => showLane(lane, item, model),
  )
}

function laneInWords({ shown, generation, startedAt, vitals, leads, slotInfo }, { now }) {
  if (slotInfo) return `${shown}${whenNext(slotInfo, now)}`
  const facts = [
    shown,
    `generation ${generation}`,
    vitals && `load ${percent(vitals.utilization)}`,
    `for ${duration(now - startedAt)}`,
    leads && 'leads',
  ]
  return facts.filter(Boolean).join(', ')
}

export function whenNext({ nextBoot }, now) {
  return nextBoot > now ? `, next boot in ${duration(until(nextBoot, now))}` : ''
}

function newLane(how) {
  return el(
    'span',
    { class: 'lane', 'data-how': how },
    svg('svg', { viewBox: '0 0 12 12', class: 'shape' }, svg('path', {})),
    el('span', { class: 'state' }),
    el('span', { class: 'generation' }),
    el('span', { class: 'load' }, el('span')),
    el('span', { class: 'percent' }),
    el('span', { class: 'rate' }),
    el('span', { class: 'memory' }),
    el('span', { class: 'age' }),
  )
}

function showLane(lane, worker, { status, now }) {
  const { shown, generation, vitals, startedAt, slotInfo, leads } = worker
  const [shape, state, gen, load, share, requests, memory, since] = lane.children
  set(lane, 'data-state', shown)
  set(lane, 'data-new', isNew(worker, status))
  set(shape.firstElementChild, 'd', shapes[shown] ?? shapes.ready)
  setText(state, leads ? `${shown} · leads` : shown)
  setText(gen, generation ? `g${generation}` : '')
  const utilization = Math.min(1, vitals?.utilization ?? 0)
  load.firstElementChild.style.setProperty('inline-size', `${Math.round(utilization * 100)}%`)
  set(load, 'data-full', utilization >= 0.9)
  setText(share, vitals ? percent(utilization) : '')
  setText(requests, vitals && status.listen ? rate(vitals.requestRate) : '')
  setText(memory, vitals ? bytes(vitals.rss) : '')
  if (slotInfo?.failures > 0) setText(requests, counted(slotInfo.failures, 'failure'))
  const wait = slotInfo?.nextBoot > now && `boot in ${age(until(slotInfo.nextBoot, now))}`
  setText(since, startedAt ? age(now - startedAt) : wait || '')
}

/** While generations differ, which is the one to come. */
function isNew({ generation }, { workers, lastReload }) {
  if (!generation) return false
  const newest = lastReload?.state === 'under way' ? lastReload.generation : undefined
  return newest !== undefined && generation >= newest && workers.some((one) => one.generation < newest)
}

/** Arrow keys go from cell to cell, so that they are one stop of the Tab key. */
export function walkCells(open) {
  const grid = byId('slots')
  grid.addEventListener('click', ({ target }) => {
    const cell = target.closest('.cell')
    if (cell) open(Number(cell.dataset.slot))
  })
  grid.addEventListener('focusin', ({ target }) => {
    for (const cell of grid.children) set(cell, 'tabindex', cell === target ? 0 : -1)
  })
  grid.addEventListener('keydown', (event) => {
    const cells = [...grid.children]
    const at = cells.indexOf(document.activeElement)
    const columns = cells.filter((cell) => cell.offsetTop === cells[0].offsetTop).length
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }
    const to = { Home: 0, End: cells.length - 1 }[event.key] ?? at + (steps[event.key] ?? 0)
    if (to === at || at < 0 || !cells[to]) return
    event.preventDefault()
    cells[to].focus()
  })
}
