/**
 * Faults at random for minutes, under load, one and several at once:
 *
 *     npx -y pnpm@12 faults
 *
 * SECONDS, WORKERS and BALANCE change what is done. Ends with what each fault
 * cost in requests. Exit code 1 if a client hung or was refused, if the right
 * number of workers is not there in the end, or if a process or a descriptor
 * is left over.
 */
import { readdirSync } from 'node:fs'
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { get } from './support/http.ts'
import { load } from './support/load.ts'
import { childrenOf, eventually, isAlive, Program, sendSignal, stateOf } from './support/program.ts'
import { traffic } from './support/traffic.ts'

const { SECONDS = '300', WORKERS = '4', BALANCE = 'auto' } = process.env
const wanted = Number(WORKERS)
const mebibyte = 1024 * 1024

const program = new Program('server.js', {
  env: {
    OPTIONS: JSON.stringify({
      workers: wanted,
      balance: BALANCE,
      reload: { soak: 100 },
      spares: 1,
      hangTimeout: 2000,
      lagWarning: 500,
      maxMemory: 250 * mebibyte,
    }),
  },
})
const port = await program.listens()
const [, balance] = await program.sees(/balance: ([\w-]+)/)

/** Each ends when its harm has been done. */
const faults: Record<string, () => Promise<unknown>> = {
  'kill -9 of a worker': () => kill([program.anyWorker()], 'SIGKILL'),
  'kill -9 of all workers': () => kill(program.workers(), 'SIGKILL'),
  'a worker stops (SIGSTOP) and never goes on': () => kill([program.anyWorker()], 'SIGSTOP'),
  'a worker stops for 0.4 s': async () => {
    const pid = program.anyWorker()
    sendSignal(pid, 'SIGSTOP')
    await sleep(400)
    sendSignal(pid, 'SIGCONT')
  },
  'a handler blocks for 0.6 s': () => ask('/block?ms=600'),
  'a handler that never ends': () => ask('/spin'),
  'a handler leaks 200 MiB': async () => {
    const since = program.output.length
    // On one connection: in one worker.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let part = 0; part < 20; part++) await ask(`/leak?bytes=${10 * mebibyte}`, agent)
    agent.destroy()
    // Another fault may be quicker.
    await Promise.race([program.sees(/drains: maxMemory/, since), sleep(5000)])
  },
  'an uncaught error': () => ask('/crash'),
  'an uncaught rejection': () => ask('/throw'),
  'process.exit in a handler': () => ask('/exit?code=3'),
  'a reload': async () => {
    const since = program.output.length
    program.kill('SIGHUP')
    await program.sees(/reload done|Reload stopped/, since)
  },
}
const severalAtOnce = 'two or three of these at once'
const tally = new Map([...Object.keys(faults), severalAtOnce].map((name) => [name, { times: 0, failed: 0 }]))

await healthy()
const seen = new Set(childrenOf(program.pid))
const watch = setInterval(() => childrenOf(program.pid).forEach((pid) => seen.add(pid)), 100)
const loads = Object.values(traffic).map((make) => load(make({ port }), { hurried: true }))
const answered = (): number => loads.reduce((sum, one) => sum + one.answered, 0)
const failures = (): string[] => loads.flatMap((one) => one.failures)
// What a worker needs is there only after the first of each kind.
const descriptorsBefore = descriptors()

const end = Date.now() + Number(SECONDS) * 1000
while (Date.now() < end) {
  const names = Object.keys(faults)
    .map((name) => ({ name, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, Math.random() < 0.7 ? 1 : 2 + Math.round(Math.random()))
    .map(({ name }) => name)
  const before = failures().length
  try {
    await Promise.all(names.map((name) => faults[name]!()))
    await sleep(300)
    await healthy()
  } catch (error) {
    const processes = [program.pid, ...childrenOf(program.pid)].map((pid) => `${pid} ${stateOf(pid)}`)
    console.log(`${program.output.slice(-20_000)}\n${failures().slice(-50).join('\n')}`)
    console.log(`After: ${names.join(', ')}. The primary and its workers: ${processes.join(', ')}`)
    await program.dispose()
    throw error
  }
  const entry = tally.get(names.length === 1 ? names[0]! : severalAtOnce)!
  entry.times++
  entry.failed += failures().length - before
}
await Promise.all(loads.map((one) => one.stop()))
await healthy()
const problems: string[] = []
await eventually(() => descriptors() <= descriptorsBefore, 'no more descriptors than before').catch(() =>
  problems.push(`the primary has ${descriptors()} descriptors, and had ${descriptorsBefore}`),
)
const left = childrenOf(program.pid).length
// The spare is a worker, too.
if (left !== wanted + 1) problems.push(`${left} workers are there, not ${wanted} and a spare`)
clearInterval(watch)
program.kill('SIGTERM')
const code = await program.ends()
if (code !== 0) problems.push(`the primary ended with ${code}`)
const orphans = [...seen].filter(isAlive)
if (orphans.length > 0) problems.push(`processes are left over: ${orphans.join(', ')}`)
// What a process that exits was answering gets a 503 of 20 bytes; one that waited in vain is a refusal.
const tolerable =
  /ECONNRESET|EPIPE|closed|cut|status 503: Service Unavailable|503 Service Unavailable[^]*Content-Length: 20\b/
const intolerable = failures().filter((failure) => !tolerable.test(failure))
problems.push(...intolerable.slice(0, 20))

console.log(`${'fault'.padEnd(36)} times  failed requests`)
for (const [name, { times, failed }] of tally)
  console.log(`${name.padEnd(36)} ${String(times).padStart(5)}  ${failed}`)
console.log(
  `${answered()} requests answered, ${failures().length} cut, ${intolerable.length} hung, refused or wrong; ` +
    `${wanted} workers (${balance}, Node ${process.versions.node}), ${seen.size} processes came and went; ` +
    `${descriptorsBefore} descriptors in the primary before`,
)
for (const problem of problems) console.log(`PROBLEM: ${problem}`)
if (problems.length > 0) console.log(program.output.slice(-20_000))
process.exit(problems.length > 0 ? 1 : 0)

/** Sends a signal that is the end of them, sooner or later. */
async function kill(pids: (number | undefined)[], name: NodeJS.Signals): Promise<void> {
  for (const pid of pids) sendSignal(pid, name)
  await eventually(() => !pids.some((pid) => pid !== undefined && isAlive(pid)), `${pids.join(', ')} gone`)
}

/** What becomes of the request that does harm is no matter. */
async function ask(path: string, agent?: http.Agent): Promise<void> {
  await get(port, path, agent).catch(() => {})
}

function descriptors(): number {
  return readdirSync(`/proc/${program.pid}/fd`).length
}

/** Every slot has one worker that serves, there is the spare, and no other process. */
async function healthy(): Promise<void> {
  await eventually(async () => {
    const answer = await get(port, '/workers').catch(() => undefined)
    if (answer?.status !== 200) return false
    const workers = JSON.parse(answer.body) as { slot: number; state: string; pid: number }[]
    const serving = workers.filter(({ slot, state }) => slot >= 0 && state === 'ready')
    const pids = workers.map(({ pid }) => pid)
    return (
      serving.length === wanted &&
      pids.length === wanted + 1 &&
      isDeepStrictEqual(pids.sort(), childrenOf(program.pid).sort())
    )
  }, 'every slot has its worker again, and there is a spare')
}
