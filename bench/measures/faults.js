// What each fault costs the clients that did nothing: how many of their requests fail, and how many of these hang.
import { setTimeout as sleep } from 'node:timers/promises'
import { load, nodeClients } from '../../test/dist/support/load.js'
import { start } from '../systems/index.js'
import { inLanes } from '../tools/lanes.js'
import { shuffle } from '../tools/numbers.js'
import { whoAnswers } from '../tools/who.js'
import { faultsOf, longFaultsOf } from './fault-list.js'

/** In ms: a system that only refuses for so long does not come back, and neither does one that does not after a fault. */
const patience = 20_000

/** At a time. The clients rest between requests, and leave room for another system. */
const lanes = 2

/** Clustered's own default is 30 s, the soak 1 s: a run would take too long. */
const options = { hangTimeout: 2000, reload: { soak: 100 } }

export const faults = measureOf(faultsOf)

/** What the plot leaves out. */
export const faultsLong = { ...measureOf(longFaultsOf), isLong: true }

function measureOf(listOf) {
  return {
    rounds: 5,
    seconds: 20,
    quick: { rounds: 2, seconds: 6 },
    without: ({ isAlone }) => isAlone,
    run: (how) => measureAll(listOf(how.rounds, how.seconds), how),
  }
}

async function measureAll(list, { systems, folder, wants, record, options: more }) {
  const wanted = Object.entries(list).filter(([what]) => wants(what))
  const jobs = wanted.flatMap(([what, fault]) =>
    shuffle(systems)
      .filter((system) => fault.can?.(system) ?? true)
      .map((system) => (next) => one(what, fault, system, next)),
  )
  await inLanes(lanes, jobs)

  async function one(what, fault, system, next) {
    const how = { folder, workers: 2, setting: fault.setting ?? {}, options: { ...options, ...more } }
    const site = await start(system, how)
    record(what, system.name, await measure(site, fault, next))
  }
}

/** @param next is called when nothing more is to be done than to wait for answers. */
async function measure(site, { clients: make = mixed, run }, next) {
  const clients = load(make({ port: site.port }))
  const watch = watchFor(clients)
  try {
    await sleep(1000)
    const more = await run(site, watch.gone)
    watch.end()
    const stopped = clients.stop()
    next()
    await stopped
    const isGone = !(await answers(site.port))
    return { ...summary(clients), ...more, gone: isGone ? 1 : undefined }
  } finally {
    await Promise.all([clients.stop(), site.running.stop()])
  }
}

async function answers(port) {
  const end = performance.now() + patience
  while (performance.now() < end) {
    if ((await whoAnswers(port, 1)).size > 0) return true
    await sleep(100)
  }
  return false
}

/** As many on connections that they keep as on new ones. */
function mixed(where) {
  const what = { path: '/later?ms=5', expect: 'hello' }
  return [...nodeClients(8, where, what), ...nodeClients(8, where, what, false)]
}

/** Notices that a system is gone for good, so that nobody waits for the end of the fault. */
function watchFor(clients) {
  const gone = new AbortController()
  let answered = 0
  let failed = 0
  let last = performance.now()
  const timer = setInterval(() => {
    const recent = clients.failures.slice(failed)
    const refused = recent.length > 0 && recent.every((failure) => failure.startsWith('ECONNREFUSED'))
    if (clients.answered > answered || !refused) last = performance.now()
    answered = clients.answered
    failed = clients.failures.length
    if (performance.now() - last > patience) gone.abort()
  }, 500)
  return {
    gone: gone.signal,
    end: () => clearInterval(timer),
  }
}

function summary({ answered, failures, worst }) {
  const those = (begin) => failures.filter((failure) => failure.startsWith(begin)).length
  return {
    lost: failures.length,
    hung: those('hung'),
    told: those('status 503'),
    sent: answered + failures.length,
    worst: worst / 1000,
  }
}
