import { causeOf, emptySince } from './causes.js'
import { shareOfErrors, sum, tooMany } from './shares.js'
import { standing } from './standing.js'
import { brief, counted, duration, moment, percent, slotNames, until } from './words.js'

/*
 * Each judges one thing, and says nothing (an empty list) where there is nothing to say.
 */

export function well({ status }, { ready }, now) {
  const facts = [
    counted(ready.length, 'worker'),
    `generation ${status.generation}`,
    `up ${duration(now - status.startedAt)}`,
  ]
  return { level: 'well', word: 'All well', text: facts.join(', ') }
}

export function closing({ status, happened }, { ready }) {
  if (status.state !== 'closing') return []
  const why = happened.findLast(({ event }) => event === 'close')?.text.replace(/^closing: /, '')
  const inFlight = sum(status.workers, ({ vitals }) => vitals?.inFlight)
  const draining = status.workers.filter(({ state }) => state === 'draining').length
  const left =
    ready.length > 0 && draining === 0
      ? `${counted(ready.length, 'worker')} still serve${ready.length === 1 ? 's' : ''}`
      : `${counted(status.workers.length, 'worker')} left, ${counted(inFlight, 'request')} in flight`
  return {
    level: 'change',
    word: 'Closing',
    text: why ? `${left} (${brief(why, 60)})` : left,
    also: [{ level: 'note', text: `What is in flight has ${duration(status.drainTimeout)} to be answered.` }],
  }
}

export function finished({ status }, { ended }) {
  if (ended.length === 0 || ended.length < status.bySlot.length) return []
  const failed = ended.filter(({ lastFailure }) => lastFailure)
  const text = 'the program has ended by itself, and is not started again'
  if (failed.length === 0) return { level: 'well', word: 'Finished', text }
  return { level: 'bad', word: 'Failed', text: `${text}; ${causeOf(failed[0], [])}` }
}

export function booting({ status, happened }, { missing, ready }, now) {
  if (status.state !== 'booting') return []
  const cause = newestCause(missing, happened)
  return {
    level: cause ? 'warn' : 'change',
    word: 'Booting',
    text:
      `${ready.length} of ${counted(status.bySlot.length, 'worker')} ready after ${duration(now - status.startedAt)}` +
      (cause ? `, ${cause}` : ''),
  }
}

export function down(known, { missing, ready }, now) {
  const { status } = known
  if (status.state === 'booting' || status.state === 'closing') return []
  if (missing.length === 0 || ready.length > 0) return []
  return {
    level: 'bad',
    word: 'Down',
    text: `no worker ${status.listen ? 'serves' : 'runs'}${sinceText(missing, known, now)}`,
    also: [{ level: 'note', text: `${retries(missing, now)}Nothing is answered.` }],
  }
}

export function degraded(known, { missing, ready }, now) {
  const { status } = known
  if (status.state !== 'degraded' || ready.length === 0) return []
  const serve = status.listen ? 'serve' : 'run'
  const rest = (slots) => [
    {
      level: 'note',
      text: `${retries(slots, now)}${ready.length} of ${status.bySlot.length} workers ${serve}.`,
    },
  ]
  // A worker serves in each, and boots of those that are to follow fail.
  if (missing.length === 0) {
    const failing = status.bySlot.filter(({ failures }) => failures > 0)
    const which = failing.length > 0 ? slotNames(failing.map(({ slot }) => slot)) : 'a slot'
    const cause = newestCause(failing, known.happened) ?? 'no new worker comes up'
    return {
      level: 'warn',
      word: 'Degraded',
      text: `${which}: ${cause}`,
      also: rest(failing),
    }
  }
  const names = slotNames(missing.map(({ slot }) => slot))
  const have = missing.length === 1 ? 'has' : 'have'
  return {
    level: missing.some(({ failures }) => failures > 0) ? 'bad' : 'warn',
    word: 'Degraded',
    text: `${names} ${have} no worker${sinceText(missing, known, now)}`,
    also: rest(missing),
  }
}

/** Since when, and why. */
function sinceText(missing, { happened }, now) {
  const since = Math.min(...missing.map((slot) => emptySince(slot, happened) ?? Infinity))
  const cause = newestCause(missing, happened)
  return `${since < Infinity ? ` since ${moment(since, now)}` : ''}${cause ? `, ${cause}` : ''}`
}

function newestCause(slots, happened) {
  const failed = slots.filter(
    ({ lastFailure, failures, state }) => lastFailure && (failures > 0 || state !== 'ready'),
  )
  const [newest] = failed.toSorted((a, b) => b.lastFailure.at - a.lastFailure.at)
  return newest && causeOf(newest, happened)
}

function retries(slots, now) {
  const failing = slots.filter(({ failures }) => failures > 0)
  if (failing.length === 0) return ''
  const most = Math.max(...failing.map(({ failures }) => failures))
  const next = Math.min(...failing.map(({ nextBoot }) => nextBoot ?? Infinity))
  const when =
    next === Infinity || next <= now
      ? 'a boot is under way'
      : `the next boot is in ${duration(until(next, now))}`
  return `${counted(most, 'failure')} in a row, ${when}. `
}

export function hanging(known, _facts, now) {
  const fault = standing(known)
  if (!fault) return []
  const { kind, slot, request, at, what } = fault
  const where = request ? ` in ${brief(request, 80)}` : ''
  const isHung = kind === 'hung'
  return {
    level: isHung ? 'bad' : 'warn',
    word: isHung ? 'A worker hangs' : 'A worker stands still',
    text: `slot ${slot}${where}, ${isHung ? 'and is being replaced' : `for ${duration(known.samples.at(-1).loopDelay)}`}`,
    also: [
      { level: 'note', text: `Since ${moment(at, now)}: ${brief(what)}: the stack`, to: `fault-${kind}` },
    ],
  }
}

export function unstable({ status, happened }) {
  if (status.state !== 'ready') return []
  // One alone is an accident, of which a note tells.
  const dying = status.bySlot.filter(({ state, failures }) => state === 'ready' && failures > 1)
  if (dying.length === 0) return []
  const most = Math.max(...dying.map(({ failures }) => failures))
  return {
    level: 'warn',
    word: 'Unstable',
    text: `${slotNames(dying.map(({ slot }) => slot))} lost ${most} workers in a row, ${newestCause(dying, happened) ?? 'and has one again'}`,
  }
}

export function erring({ samples }) {
  const { requests, errors, share } = shareOfErrors(samples)
  if (errors < 5 || share < tooMany) return []
  return {
    level: share > 0.25 ? 'bad' : 'warn',
    word: 'Errors',
    text: `${percent(share)} of ${counted(Math.round(requests), 'request')} in the last minute failed or got a 5xx`,
  }
}

export function reloading({ status }, { ready }) {
  const { lastReload, bySlot, workers } = status
  if (lastReload?.state !== 'under way') return []
  const done = bySlot.filter(({ slot }) =>
    workers.some(
      (worker) =>
        worker.slot === slot && worker.state === 'ready' && worker.generation >= lastReload.generation,
    ),
  )
  return {
    level: 'change',
    word: 'Reloading',
    text: `generation ${lastReload.generation} is in ${done.length} of ${counted(bySlot.length, 'slot')}, ${ready.length} ${ready.length === 1 ? 'serves' : 'serve'}`,
  }
}

export function failedReload({ status, happened }, _facts, now) {
  const { lastReload, workers } = status
  if (lastReload?.state !== 'failed') return []
  const said = happened.findLast(({ event }) => event === 'reload:failed')?.text
  const serving = workers.filter(({ state, slot }) => state === 'ready' && slot >= 0)
  const generations = [...new Set(serving.map(({ generation }) => generation))]
  return {
    level: 'warn',
    word: 'Reload failed',
    text:
      `generation ${lastReload.generation} did not come up (${moment(lastReload.at, now)})` +
      (generations.length > 0 ? `, generation ${generations.join(' and ')} serves on` : ''),
    also: said ? [{ level: 'note', text: brief(said, 400) }] : [],
  }
}
