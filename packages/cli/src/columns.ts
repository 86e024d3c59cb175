import type { WorkerInfo } from '@clustered/core'
import type { ProgramStatus } from '@clustered/core/control'
import colors from 'picocolors'
import { bytes, duration, milliseconds, percent, rate } from './format.ts'
import { pidOf, type Program } from './programs.ts'
import type { Column } from './table.ts'
import { totals } from './totals.ts'

const unknown = '-'

export type ProgramState = ProgramStatus['state'] | 'not responding' | 'stopped' | 'gone'

/** The state of a program, which for one that does not run is about its daemon. */
export function stateOf({ status, silent, record }: Program): ProgramState {
  if (silent) return silent.starts ? 'booting' : 'not responding'
  return status?.state ?? (record?.stopped ? 'stopped' : 'gone')
}

const paint: Record<string, (text: string) => string> = {
  ready: colors.green,
  booting: colors.yellow,
  closing: colors.yellow,
  draining: colors.yellow,
  gone: colors.red,
  'not responding': colors.red,
  stopped: colors.dim,
}

export function painted(state: string): string {
  return paint[state]?.(state) ?? state
}

/** What can be said of a program that runs, and not of others. */
function ofRunning(say: (status: ProgramStatus) => string | undefined): (program: Program) => string {
  return ({ status }) => (status && say(status)) ?? unknown
}

export const programColumns: Column<Program>[] = [
  { title: 'name', of: ({ name }) => colors.bold(name) },
  { title: 'pid', align: 'right', of: (program) => String(pidOf(program) ?? unknown) },
  { title: 'state', of: (program) => painted(stateOf(program)) },
  { title: 'workers', align: 'right', of: ofRunning((status) => `${totals(status).ready}/${status.slots}`) },
  { title: 'gen', spare: 5, align: 'right', of: ofRunning(({ generation }) => String(generation)) },
  { title: 'req/s', align: 'right', of: ofRunning((status) => maybe(rate, totals(status).requestRate)) },
  {
    title: 'p99',
    spare: 1,
    align: 'right',
    of: ofRunning((status) => maybe(milliseconds, totals(status).p99)),
  },
  { title: 'CPU', spare: 2, align: 'right', of: ofRunning((status) => maybe(percent, totals(status).cpu)) },
  { title: 'memory', align: 'right', of: ofRunning((status) => bytes(totals(status).memory)) },
  { title: 'restarts', spare: 4, align: 'right', of: ofRunning(({ restarts }) => String(restarts)) },
  {
    title: 'uptime',
    spare: 3,
    align: 'right',
    of: ofRunning(({ startedAt }) => duration(Date.now() - startedAt)),
  },
  { title: 'address', of: ofRunning(({ address }) => address ?? undefined) },
]

export const workerColumns: Column<WorkerInfo>[] = [
  { title: 'slot', align: 'right', of: ({ slot }) => (slot < 0 ? 'spare' : String(slot)) },
  { title: 'pid', align: 'right', of: ({ pid }) => String(pid) },
  { title: 'state', of: ({ state }) => painted(state) },
  { title: 'gen', spare: 6, align: 'right', of: ({ generation }) => String(generation) },
  { title: 'req/s', align: 'right', of: ({ vitals }) => maybe(rate, vitals?.requestRate) },
  { title: 'p99', align: 'right', of: ({ vitals }) => maybe(milliseconds, vitals?.latency?.p99) },
  { title: 'in flight', spare: 1, align: 'right', of: ({ vitals }) => maybe(String, vitals?.inFlight) },
  { title: 'connections', spare: 4, align: 'right', of: ({ vitals }) => maybe(String, vitals?.connections) },
  {
    title: 'loop p99',
    spare: 3,
    align: 'right',
    of: ({ vitals }) => maybe(milliseconds, vitals?.loopDelay.p99),
  },
  { title: 'CPU', align: 'right', of: ({ vitals }) => maybe(percent, vitals?.cpu) },
  { title: 'memory', align: 'right', of: ({ vitals }) => maybe(bytes, vitals?.rss) },
  { title: 'requests', spare: 5, align: 'right', of: ({ vitals }) => maybe(String, vitals?.requests) },
  { title: 'uptime', spare: 2, align: 'right', of: ({ startedAt }) => duration(Date.now() - startedAt) },
]

function maybe(format: (value: number) => string, value: number | undefined): string {
  return typeof value === 'number' ? format(value) : unknown
}
