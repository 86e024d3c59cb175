/**
 * A thousand reloads, contained crashes and killed workers, under light load,
 * and the primary has in the end what it had after the first tenth:
 *
 *     npx -y pnpm@12 flat
 *
 * REPEATS, KINDS, WORKERS and BALANCE change what is done. Exit code 1 if it has
 * more descriptors, listeners, timers or other handles than it had, or if its
 * memory has grown. KINDS says which of the three are done in each round; with
 * `reload` among them none waits for a worker's backoff, as a reload ends that.
 */
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { get } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually, Program, sendSignal } from './support/program.ts'

const { REPEATS = '1000', KINDS = 'crash,kill,reload', WORKERS = '2', BALANCE = 'auto' } = process.env
const repeats = Number(REPEATS)
const kinds = KINDS.split(',')
const workers = Number(WORKERS)
const kibibyte = 1024
const mebibyte = 1024 * kibibyte

/**
 * What memory may grow by between the first report and the last, in bytes. 2 KiB
 * kept in each of 900 rounds is a leak that is found; the rest is what is
 * remembered of the last five minutes, and what a heap that nothing is kept in
 * differs by from one collection to the next.
 */
const mayGrow = { heapUsed: 2 * mebibyte, external: mebibyte, rss: 24 * mebibyte }

type Memory = Record<keyof typeof mayGrow, number>
type Counts = Record<string, number>

const program = new Program('flat.js', {
  nodeArgs: ['--expose-gc'],
  env: { OPTIONS: JSON.stringify({ workers, balance: BALANCE, reload: { soak: 0, surge: workers } }) },
})
const ended = once(program.child, 'exit').then(() => Promise.reject(new Error('the primary has ended')))
ended.catch(() => {})
const port = await program.listens()
const [, balance] = await program.sees(/balance: ([\w-]+)/)
const began = performance.now()
const clients = load([...nodeClients(2, { port }, {}), ...nodeClients(2, { port }, {}, false)])
const done = { crashes: 0, kills: 0, reloads: 0, 'failed reloads': 0 }

const round: Record<string, () => Promise<void>> = {
  async crash() {
    await get(port, '/crash').catch(() => {})
    done.crashes++
  },
  async kill() {
    sendSignal(program.anyWorker(), 'SIGKILL')
    done.kills++
    if (!kinds.includes('reload')) await settled()
  },
  async reload() {
    const since = program.output.length
    program.kill('SIGHUP')
    const [outcome] = await program.sees(/reload done|Reload stopped/, since)
    done[outcome === 'reload done' ? 'reloads' : 'failed reloads']++
  },
}

const samples: { after: number; memory: Memory }[] = []
let before: Counts = {}
const problems: string[] = []
try {
  for (let time = 1; time <= repeats; time++) {
    for (const kind of kinds) await round[kind]!()
    if (time % Math.max(1, Math.floor(repeats / 10)) > 0) continue
    await settled()
    samples.push({ after: time, memory: await ask<Memory>('memory') })
    if (samples.length === 1) before = await counts()
    // For the next report, only what is written from now on matters.
    program.output = program.output.slice(-20_000)
  }
  await clients.stop()
  await settled()
  let after: Counts = {}
  let more: string[] = []
  // What is under way, a timer for instance, comes to its end.
  await eventually(async () => {
    after = await counts()
    more = Object.keys(after).filter((what) => after[what]! > (before[what] ?? 0))
    return more.length === 0
  }, 'no more of anything').catch(() =>
    problems.push(...more.map((what) => `${what}: ${after[what]}, and before ${before[what] ?? 0}`)),
  )
  for (const [what, limit] of Object.entries(mayGrow) as [keyof Memory, number][]) {
    const growth = samples.at(-1)!.memory[what] - samples[0]!.memory[what]
    if (growth > limit) problems.push(`${what} has grown by ${inMebibytes(growth)} MiB`)
  }
  console.log(
    `${Object.entries(done)
      .map(([what, times]) => `${times} ${what}`)
      .join(', ')}; ` +
      `${workers} workers (${balance}, Node ${process.versions.node}), ${Math.round((performance.now() - began) / 1000)} s; ` +
      `${clients.answered} requests answered, ${clients.failures.length} cut`,
  )
  console.log('after  heapUsed  external  rss, MiB')
  for (const { after: time, memory } of samples)
    console.log(
      [
        String(time).padStart(5),
        inMebibytes(memory.heapUsed).padStart(9),
        inMebibytes(memory.external).padStart(9),
        inMebibytes(memory.rss).padStart(9),
      ].join(' '),
    )
  console.log(
    Object.entries(after)
      .map(([what, count]) => `${what}: ${count}`)
      .join('\n'),
  )
} catch (error) {
  problems.push(String(error))
}
for (const problem of problems) console.log(`PROBLEM: ${problem}`)
await program.dispose()
process.exit(problems.length > 0 ? 1 : 0)

async function ask<T>(what: 'memory' | 'counts'): Promise<T> {
  const answer = once(program.child, 'message') as Promise<[T]>
  program.child.send(what)
  return (await Promise.race([answer, ended]))[0]
}

async function counts(): Promise<Counts> {
  return { descriptors: readdirSync(`/proc/${program.pid}/fd`).length, ...(await ask<Counts>('counts')) }
}

/** Every slot has its worker, and no other is left. */
async function settled(): Promise<void> {
  await eventually(() => program.workers().length === workers, `${workers} workers`)
}

function inMebibytes(bytes: number): string {
  return (bytes / mebibyte).toFixed(2)
}
