import { el } from './dom.js'
import { open } from './dialog.js'
import { whenNext } from './cells.js'
import { bytes, duration, exact, milliseconds, percent, precise, rate } from './words.js'

/** One slot whole; and its worker may be replaced. @returns whether it is to be. */
export async function showSlot({ status, now }, number, whyNot) {
  const slot = status.bySlot.find((one) => one.slot === number)
  const workers = status.workers.filter((worker) => (number < 0 ? worker.slot < 0 : worker.slot === number))
  const ready = workers.some(({ state }) => state === 'ready')
  const content = [
    ...workers.flatMap((worker) => ofWorker(worker, status, now)),
    ...(slot && slot.state !== 'ready'
      ? [el('p', {}, `The slot is ${slot.state}${whenNext(slot, now)}.`)]
      : []),
    ...(slot?.lastFailure ? ofFailure(slot, now) : []),
  ]
  if (slot)
    content.push(
      el(
        'p',
        { class: 'consequence' },
        ready
          ? `To replace it: a new worker boots and takes over when it is ready; the old one has ${duration(status.drainTimeout)} to answer what it has in flight.`
          : 'To replace it: a worker is booted now.',
      ),
    )
  const answer = await open({
    title: number < 0 ? 'Spares' : `Slot ${number}`,
    content,
    yes: slot && 'Replace',
    yesOff: whyNot,
    no: 'Close',
  })
  return answer === 'yes'
}

function ofWorker({ pid, state, generation, startedAt, leads, vitals }, { listen }, now) {
  const facts = [
    ['generation', generation],
    ['up', duration(now - startedAt)],
    ['leads', leads && 'yes'],
    ['load', vitals && percent(vitals.utilization)],
    ['CPU', vitals && percent(vitals.cpu)],
    ['memory', vitals && `${bytes(vitals.rss)}, heap ${bytes(vitals.heapUsed)}`],
    [
      'event loop',
      vitals && `p50 ${milliseconds(vitals.loopDelay.p50)}, p99 ${milliseconds(vitals.loopDelay.p99)} late`,
    ],
    ['requests', listen && vitals && `${rate(vitals.requestRate)}, ${vitals.inFlight} in flight`],
    [
      'response time',
      listen &&
        vitals?.latency &&
        `p50 ${milliseconds(vitals.latency.p50)}, p99 ${milliseconds(vitals.latency.p99)}`,
    ],
    ['connections', listen && vitals && vitals.connections],
    ['log', vitals?.lostLog && `lines are lost: ${vitals.lostLog.code}`],
  ]
  return [el('h3', {}, `pid ${pid}, ${state}`), list(facts)]
}

function ofFailure({ failures, lastFailure }, now) {
  const { at, reason, pid, generation, lastWords } = lastFailure
  const facts = [
    ['when', el('time', { title: exact(at) }, `${precise(at, now)}, ${duration(now - at)} ago`)],
    ['what', reason],
    ['worker', `pid ${pid}, generation ${generation}`],
    ['in a row', failures > 0 && failures],
  ]
  return [
    el('h3', {}, 'What went wrong last'),
    list(facts),
    ...(lastWords ? [el('pre', { tabindex: 0, role: 'region', 'aria-label': 'Last words' }, lastWords)] : []),
  ]
}

function list(facts) {
  const known = facts.filter(([, fact]) => fact !== undefined && fact !== false)
  return el('dl', {}, ...known.map(([term, fact]) => el('div', {}, el('dt', {}, term), el('dd', {}, fact))))
}
