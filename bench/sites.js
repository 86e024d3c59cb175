// What bench.js and cost.js measure: programs side by side that take turns under load.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { wrk } from './wrk.js'

const server = fileURLToPath(new URL('server.js', import.meta.url))

/** Of /proc/<pid>/stat: Linux on every architecture that Node runs on. */
const microsecondsPerTick = 10_000

/** @param options of clustered; without them it is a plain worker of node:cluster. */
export async function startSite(name, port, workers, options) {
  const kind = options
    ? ['clustered', port, workers, JSON.stringify(options)]
    : ['node:cluster', port, workers]
  return startProgram(name, port, [server, ...kind])
}

/** @param args the program's file, and what it is given. */
export async function startProgram(name, port, args) {
  const child = spawn(process.execPath, args.map(String), { stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => (output += text).includes('listening on') && resolve())
    child.once('exit', () => reject(new Error(`${name} did not start: ${output}`)))
  })
  return { name, port, child, results: [] }
}

export async function stopSite({ child }) {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Measures each site once in a round, in a new order each time. The first round is to warm up. */
export async function inTurns(sites, rounds, measure) {
  for (let round = 0; round <= rounds; round++)
    for (const site of shuffle(sites)) {
      const result = await measure(site)
      if (round > 0) site.results.push(result)
    }
}

export function loadWithWrk(port, seconds, ...args) {
  return wrk(`http://127.0.0.1:${port}/`, '-t1', '-c24', `-d${seconds}s`, ...args)
}

/** What a process and its children have taken, user and system, in µs. */
export function cpuTime(pid) {
  return childrenOf(pid).reduce((sum, child) => sum + cpuTime(child), ownCpuTime(pid))
}

/** The same of the process alone. */
export function ownCpuTime(pid) {
  const [, stat] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const [user, system] = stat.split(' ').slice(11, 13).map(Number)
  return (user + system) * microsecondsPerTick
}

/** The same in ms, as exact as the kernel has it: of threads that are there. */
export function threadsTime(pid) {
  const times = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return times.reduce((sum, time) => sum + time, 0) / 1e6
}

export function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

export function shuffle(sites) {
  return sites
    .map((site) => ({ site, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ site }) => site)
}

export function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

export function format(value) {
  return String(Number(value.toPrecision(3)))
}
