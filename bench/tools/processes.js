// What Linux knows of processes: who is whose child, and what they have taken.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { kill } from './kill.js'

/** None, if the process has gone. */
export function childrenOf(pid) {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number)
}

/** The process, its children and theirs. */
export function treeOf(pid) {
  return [pid, ...childrenOf(pid).flatMap(treeOf)]
}

/** Nothing stays, nor what one of them starts meanwhile. */
export async function killTree(pid) {
  for (let tree = treeOf(pid); tree.some(isAlive); tree = [...tree, ...tree.flatMap(treeOf)]) {
    for (const one of tree) kill(one, 'SIGKILL')
    await sleep(20)
  }
}

export function isAlive(pid) {
  const state = /\) (\w)/.exec(read(`/proc/${pid}/stat`))?.[1]
  return state !== undefined && state !== 'Z'
}

/** CPU time of all threads of these processes, user and system, in µs. */
export function cpuTime(pids) {
  return sum(pids.map((pid) => sum(threadsOf(pid).map((thread) => nanosecondsOf(pid, thread))))) / 1000
}

function threadsOf(pid) {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function nanosecondsOf(pid, thread) {
  return Number(read(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0])
}

/** In MB, what processes share counted in parts (PSS): the sum is what all of them take. */
export function memoryOf(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1000
}

export function processesWith(variable) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(variable))
    .map(Number)
}

/** Empty, if it has gone or is another user's. */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0)
}
