import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measures } from './measures/index.js'
import { systems } from './systems/index.js'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

export function flagsOf(args) {
  const text = { type: 'string' }
  const flag = { type: 'boolean' }
  const { values } = parseArgs({
    args,
    options: {
      only: text,
      systems: text,
      what: text,
      rounds: text,
      seconds: text,
      out: text,
      from: text,
      core: text,
      peers: text,
      note: text,
      options: { ...text, default: '{}' },
      quick: flag,
      long: flag,
      verify: flag,
      check: flag,
    },
  })
  return {
    ...values,
    only: measuresOf(values),
    systems: chosen(
      systems.map(({ name }) => name),
      values.systems,
    ),
    what: values.what && new RegExp(values.what),
    rounds: values.rounds === undefined ? undefined : whole('rounds', values.rounds),
    seconds: values.seconds === undefined ? undefined : whole('seconds', values.seconds),
    from: values.from ?? (values.check ? here('results') : undefined),
    core: coreOf(values.core),
    options: JSON.parse(values.options),
  }
}

function measuresOf({ only, long }) {
  const names = Object.keys(measures)
  if (only === undefined) return names.filter((name) => long || !measures[name].isLong)
  const asked = only.split(',')
  const other = asked.find((name) => !names.includes(name))
  if (other !== undefined) throw new Error(`--only has '${other}'. Known are: ${names.join(', ')}`)
  return names.filter((name) => asked.includes(name))
}

/** Those whose name matches one of the regular expressions, or all. */
function chosen(names, value) {
  if (value === undefined) return names
  const patterns = value.split(',').map((pattern) => new RegExp(pattern, 'i'))
  const found = names.filter((name) => patterns.some((pattern) => pattern.test(name)))
  if (found.length === 0) throw new Error(`--systems is '${value}'. Known are: ${names.join(', ')}`)
  return found
}

function whole(flag, value) {
  if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${flag} is '${value}', and must be a whole number from 1`)
  return Number(value)
}

/** @param checkout of this repository, built; by default the one that this is in. */
function coreOf(checkout = here('..')) {
  const core = path.resolve(checkout, 'packages/core')
  if (!existsSync(path.join(core, 'lib/index.js')))
    throw new Error(`there is no ${core}/lib/index.js. It must be a checkout, and built`)
  return core
}
