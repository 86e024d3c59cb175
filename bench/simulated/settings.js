// The flags of simulated.js.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { systems } from './systems.js'

const all = {
  cells: [2, 4, 8, 16].flatMap((workers) =>
    [8, 16, 32, 64, 128, 256].map((connections) => ({ workers, connections })),
  ),
  systems: Object.keys(systems),
  rounds: 5,
  seconds: 3,
}
const quick = {
  cells: [8, 16, 32, 64].map((connections) => ({ workers: 8, connections })),
  systems: ['node:cluster', 'kernel', 'round-robin'],
  only: ['uniform'],
  rounds: 1,
  seconds: 3,
}

export function settingsOf(args, measures) {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      cells: { type: 'string' },
      systems: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      core: { type: 'string' },
      options: { type: 'string', default: '{}' },
      json: { type: 'string' },
      svg: { type: 'string' },
    },
  })
  const asked = values.quick ? quick : { ...all, only: measures }
  return {
    only: values.only ? someOf(measures, 'only', values.only) : asked.only,
    cells: values.cells?.split(',').map(cell) ?? asked.cells,
    systems: values.systems ? someOf(all.systems, 'systems', values.systems) : asked.systems,
    rounds: values.rounds ? whole('rounds', values.rounds) : asked.rounds,
    seconds: values.seconds ? whole('seconds', values.seconds) : asked.seconds,
    core: coreOf(values.core),
    options: JSON.parse(values.options),
    json: values.json,
    svg: values.svg,
  }
}

function someOf(known, flag, value) {
  const names = value.split(',')
  const other = names.find((name) => !known.includes(name))
  if (other !== undefined) throw new Error(`--${flag} has '${other}'. Known are: ${known.join(', ')}`)
  return known.filter((name) => names.includes(name))
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
  const file = path.resolve(checkout, 'packages/core/dist/index.js')
  if (!existsSync(file))
    throw new Error(`--core is '${checkout}', but there is no ${file}. It must be a checkout, and built`)
  return pathToFileURL(file).href
}
