import { isOld, lastFailureOf, programColumns, stateOf } from './columns.ts'
import { CliError } from './errors.ts'
import { howLong } from './how-long.ts'
import type { Program } from './programs.ts'
import { totals } from './totals.ts'

/** Which programs a list has, and in which order. */
export interface Selection {
  sort?: string
  /** Such as `state=degraded`; each of them must hold. */
  filter?: string | string[]
  state?: string
  crashedSince?: string | number
  old?: boolean
}

/** The worst first. */
const states = ['gone', 'not responding', 'degraded', 'booting', 'closing', 'ready', 'finished', 'stopped']

/** By what they are compared: the highest first, and those of which it is not known last. */
const orders: Record<string, (program: Program) => number> = {
  name: () => 0,
  memory: ({ status }) => (status ? totals(status).memory : -1),
  cpu: ({ status }) => (status && totals(status).cpu) ?? -1,
  restarts: ({ status }) => status?.restarts ?? -1,
  age: ({ status }) => (status ? Date.now() - status.startedAt : -1),
  crashed: (program) => lastFailureOf(program) ?? 0,
  state: (program) => -states.indexOf(stateOf(program)),
}

export const orderNames: readonly string[] = Object.keys(orders)

export const stateNames: readonly string[] = states

/**
 * @param programs by name.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function select(programs: readonly Program[], flags: Selection): Program[] {
  const holds = conditions(flags)
  const order = orderOf(flags.sort ?? 'name')
  return programs
    .filter((program) => holds.every((hold) => hold(program)))
    .toSorted((a, b) => order(b) - order(a))
}

function conditions({ filter = [], state, crashedSince, old }: Selection): ((program: Program) => boolean)[] {
  const since = crashedSince === undefined ? undefined : Date.now() - age(String(crashedSince))
  const wanted = state === undefined ? undefined : state.split(',').map((each) => checkState(each.trim()))
  return [
    ...[filter].flat().map((each) => columnFilter(String(each))),
    ...(wanted ? [(program: Program) => wanted.includes(stateOf(program))] : []),
    ...(since === undefined ? [] : [(program: Program) => (lastFailureOf(program) ?? 0) >= since]),
    ...(old ? [isOld] : []),
  ]
}

function orderOf(sort: string): (program: Program) => number {
  const order = Object.hasOwn(orders, sort) ? orders[sort] : undefined
  if (order) return order
  throw usage(`--sort ${sort} is not known. Expected: ${orderNames.join(', ')}.`)
}

function checkState(state: string): string {
  if (states.includes(state)) return state
  throw usage(`'${state}' is no state of a program. Expected: ${states.join(', ')}.`)
}

/** Compared with what a column shows; `*` stands for anything. */
function columnFilter(filter: string): (program: Program) => boolean {
  const [, title, value = ''] = /^([^=]+)=(.*)$/.exec(filter) ?? []
  const column = programColumns.find((each) => each.title === title)
  if (!column)
    throw usage(
      `--filter ${filter} is not understood. Expected: a column and its value, such as state=degraded or 'name=api-*'. Columns: ${programColumns.map((each) => each.title).join(', ')}.`,
    )
  if (title === 'state' && !value.includes('*')) checkState(value)
  const pattern = value.split('*').map((part) => part.replaceAll(/[^\w\s]/g, '\\$&'))
  const matches = new RegExp(`^${pattern.join('.*')}$`, 's')
  return (program) => matches.test(column.of(program))
}

/** Milliseconds. */
function age(given: string): number {
  const time = howLong(given)
  if (time !== undefined) return time
  throw usage(
    `--crashed-since ${given} is not a time. Expected: a number and its unit, such as 30m, 1h or 2d.`,
  )
}

function usage(message: string): CliError {
  return new CliError('ERR_CLUSTERED_USAGE', message)
}
