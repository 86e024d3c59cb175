import type { WorkerInfo } from '@clustered/core'
import { containerName, type ProgramStatus } from '@clustered/core/control'
import { colors } from './colors.ts'
import { bytes, duration, milliseconds, percent, rate } from './format.ts'
import { pidOf, type Program } from './programs.ts'
import type { Column } from './table.ts'
import { totals } from './totals.ts'

const unknown = '-'

const here = containerName()

/** The container that it is in, unless this command is in the same. */
export function containerOf({ container }: ProgramStatus): string | undefined {
  return container && container !== here ? container : undefined
}

export type ProgramState = ProgramStatus['state'] | 'finished' | 'not responding' | 'stopped' | 'gone'

/** The state of a program, which for one that does not run is about its daemon. */
export function stateOf({ status, silent, record }: Program): ProgramState {
  if (silent) return silent.starts ? 'booting' : 'not responding'
  // What serves nothing may have nothing left to do.
  if (status?.bySlot?.length && status.bySlot.every(({ state }) => state === 'finished')) return 'finished'
  return status?.state ?? (record?.stopped ? 'stopped' : 'gone')
}

const paint: Record<string, (text: string) => string> = {
  ready: colors.green,
  booting: colors.yellow,
  degraded: colors.yellow,
  closing: colors.yellow,
  draining: colors.yellow,
  empty: colors.red,
  gone: colors.red,
  'not responding': colors.red,
  stopped: colors.dim,
  finished: colors.dim,
}

export function painted(state: string): string {
  return paint[state]?.(state) ?? state
}

/** When something last went wrong in it, in ms since the epoch. */
export function lastFailureOf({ status }: Program): number | undefined {
  const times = (status?.bySlot ?? []).flatMap(({ lastFailure }) => lastFailure?.at ?? [])
  return times.length > 0 ? Math.max(...times) : undefined
}

/** The oldest generation that serves, and the newest; they differ while a rollout is under way. */
function generationsOf({ workers, generation }: ProgramStatus): [oldest: number, newest: number] {
  const serving = workers.filter(({ state, slot }) => state === 'ready' && slot >= 0)
  const generations = serving.map((worker) => worker.generation)
  return [Math.min(generation, ...generations), Math.max(generation, ...generations)]
}

/** Whether it does not run, everywhere, the code that it was last told to run. */
export function isOld({ status }: Program): boolean {
  if (!status) return false
  const [oldest, newest] = generationsOf(status)
  return oldest < newest || (status.lastReload !== null && (status.lastReload?.state ?? 'done') !== 'done')
}

/** Which serve; and the one that a reload has failed to bring. */
export function generationText(status: ProgramStatus): string {
  const [oldest, newest] = generationsOf(status)
  const { lastReload } = status
  if (lastReload?.state === 'failed') return `${oldest} (${lastReload.generation} failed)`
  return oldest === newest ? String(newest) : `${oldest}-${newest}`
}

/** What can be said of a program that runs, and not of others. */
function ofRunning(say: (status: ProgramStatus) => string | undefined): (program: Program) => string {
  return ({ status }) => (status && say(status)) ?? unknown
}

/** In the order in which they are printed; `spare` is the order in which they go where there is no room. */
export const programColumns: Column<Program>[] = [
  { title: 'name', least: 20, of: ({ name }) => name, style: (name) => colors.bold(name) },
  { title: 'pid', spare: 9, align: 'right', of: (program) => String(pidOf(program) ?? unknown) },
  { title: 'state', of: stateOf, style: painted },
  { title: 'workers', align: 'right', of: ofRunning((status) => `${totals(status).ready}/${status.slots}`) },
  { title: 'gen', spare: 10, align: 'right', of: ofRunning(generationText) },
  {
    title: 'req/s',
    spare: 3,
    align: 'right',
    of: ofRunning((status) => maybe(rate, totals(status).requestRate)),
  },
  {
    title: 'p99',
    spare: 7,
    align: 'right',
    of: ofRunning((status) => maybe(milliseconds, totals(status).p99)),
  },
  { title: 'CPU', spare: 2, align: 'right', of: ofRunning((status) => maybe(percent, totals(status).cpu)) },
  {
    title: 'memory',
    spare: 1,
    align: 'right',
    of: ofRunning((status) => bytes(totals(status).memory)),
  },
  { title: 'restarts', spare: 5, align: 'right', of: ofRunning(({ restarts }) => String(restarts)) },
  {
    title: 'crashed',
    spare: 6,
    align: 'right',
    of: (program) => maybe((at) => `${duration(Date.now() - at)} ago`, lastFailureOf(program)),
  },
  {
    title: 'uptime',
    spare: 8,
    align: 'right',
    of: ofRunning(({ startedAt }) => duration(Date.now() - startedAt)),
  },
  { title: 'address', spare: 4, least: 12, of: ofRunning(({ address }) => address ?? undefined) },
  {
    title: 'container',
    only: (programs) => programs.some(({ status }) => status && containerOf(status)),
    of: ofRunning(containerOf),
  },
  {
    title: 'user',
    only: (programs) => new Set(programs.map(({ user }) => user)).size > 1,
    of: ({ user }) => user,
  },
]

export const workerColumns: Column<WorkerInfo>[] = [
  { title: 'slot', align: 'right', of: ({ slot }) => (slot < 0 ? 'spare' : String(slot)) },
  { title: 'pid', spare: 5, align: 'right', of: ({ pid }) => String(pid) },
  { title: 'state', of: ({ state }) => state, style: painted },
  { title: 'gen', spare: 7, align: 'right', of: ({ generation }) => String(generation) },
  { title: 'req/s', align: 'right', of: ({ vitals }) => maybe(rate, vitals?.requestRate) },
  { title: 'p99', spare: 2, align: 'right', of: ({ vitals }) => maybe(milliseconds, vitals?.latency?.p99) },
  { title: 'in flight', spare: 3, align: 'right', of: ({ vitals }) => maybe(String, vitals?.inFlight) },
  { title: 'connections', spare: 9, align: 'right', of: ({ vitals }) => maybe(String, vitals?.connections) },
  {
    title: 'loop p99',
    spare: 6,
    align: 'right',
    of: ({ vitals }) => maybe(milliseconds, vitals?.loopDelay.p99),
  },
  { title: 'CPU', align: 'right', of: ({ vitals }) => maybe(percent, vitals?.cpu) },
  { title: 'memory', align: 'right', of: ({ vitals }) => maybe(bytes, vitals?.rss) },
  { title: 'requests', spare: 8, align: 'right', of: ({ vitals }) => maybe(String, vitals?.requests) },
  { title: 'uptime', spare: 4, align: 'right', of: ({ startedAt }) => duration(Date.now() - startedAt) },
]

function maybe(format: (value: number) => string, value: number | undefined): string {
  return typeof value === 'number' ? format(value) : unknown
}
