// The flags of simulated.js.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { measures } from './measures.js'
import { systems } from './systems.js'

const defaults = {
  only: Object.keys(measures).join(),
  systems: Object.keys(systems).join(),
  rounds: '5',
  seconds: '3',
  options: '{}',
}
const quick = {
  only: 'uniform',
  cells: '8x8,8x16,8x32,8x64',
  systems: 'node:cluster,kernel,round-robin',
  rounds: '1',
}
const flags = ['only', 'cells', 'systems', 'rounds', 'seconds', 'core', 'options', 'json', 'svg']

export function settingsOf(args) {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'string' }]))
  options.quick = { type: 'boolean' }
  options.from = { type: 'string', multiple: true }
  const given = parseArgs({ args, options }).values
  const values = { ...defaults, ...(given.quick && quick), ...given }
  return {
    ...values,
    only: someOf(measures, 'only', values.only),
    cells: values.cells?.split(',').map(cell),
    systems: someOf(systems, 'systems', values.systems),
    rounds: whole('rounds', values.rounds),
    seconds: whole('seconds', values.seconds),
    core: coreOf(values.core),
    options: JSON.parse(values.options),
  }
}

function someOf(known, flag, value) {
  const asked = value.split(',')
  const all = Object.keys(known)
  const other = asked.find((name) => !all.includes(name))
  if (other !== undefined) throw new Error(`--${flag} has '${other}'. Known are: ${all.join(', ')}`)
  return all.filter((name) => asked.includes(name))
}

function whole(flag, value) {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${flag} is '${value}', and must be a whole number from 1`)
  return Number(value)
}

function cell(value) {
  const [, workers, connections] = /^([1-9]\d*)x([1-9]\d*)$/.exec(value) ?? []
  if (!workers)
    throw new Error(`--cells has '${value}', and must be workers x connections, such as 8x16,8x32`)
  return { workers: Number(workers), connections: Number(connections) }
}

/** @param checkout of this repository, built; by default the one that this is in. */
function coreOf(checkout) {
  if (checkout === undefined) return import.meta.resolve('@clustered/core')
  const file = path.resolve(checkout, 'packages/core/lib/index.js')
  if (!existsSync(file))
    throw new Error(`--core is '${checkout}', but there is no ${file}. It must be a checkout, and built`)
  return pathToFileURL(file).href
}
