import { choose } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { stateOf } from '../columns.ts'
import { CliError } from '../errors.ts'
import { duration } from '../format.ts'
import { healthLine } from '@clustered/core/control'
import { whatToDo } from '../not-responding.ts'
import { plain, toJsonText } from '../plain.ts'
import { isRunning, type Program } from '../programs.ts'
import { shown } from '../shown.ts'
import { toJson } from '../to-json.ts'
import { findUnseen } from '../unseen.ts'

/** Exit codes, as scripts ask for them; 2 is that of a command that was not understood. */
const codes = { ready: 0, notReady: 1, notRunning: 3, unknown: 4 }

interface Health {
  code: number
  state: string
  /** In one line. */
  why: string
}

interface Found extends Health {
  name: string
  program?: Program
}

/** @returns the exit code: of several programs, the highest. */
export async function health(names: string[], { json }: { json?: boolean }): Promise<number> {
  const found = meansSeveral(names) ? await lookAtSeveral(names) : [await look(names[0]!)]
  const told = found.map(({ name, program, state, code, why }) => ({
    ...(program ? toJson(program) : { name }),
    state,
    health: { code, why },
  }))
  if (json) console.log(toJsonText(meansSeveral(names) ? told : told[0], 2))
  else for (const { name, why } of found) console.log(`${plain(name)} ${plain(why)}`)
  return Math.max(...found.map(({ code }) => code))
}

async function lookAtSeveral(names: string[]): Promise<Found[]> {
  try {
    const meant = await chooseSeveral(names)
    return meant.map(({ program }) => ({ name: program.name, program, ...healthOf(program) }))
  } catch (error) {
    if (!(error instanceof CliError) || names.length === 1) return [await look(names[0]!)]
    // One of them is not there: each is looked for by itself.
    const found: Found[] = []
    for (const name of names) found.push(...(await lookAtSeveral([name])))
    return found
  }
}

async function look(name: string): Promise<Found> {
  try {
    const program = await choose(name)
    return { name: program.name, program, ...healthOf(program) }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    const isMissing = ['ERR_CLUSTERED_UNKNOWN_NAME', 'ERR_CLUSTERED_NOTHING_RUNNING'].includes(error.code)
    return { name, ...((isMissing && ofUnseen(name)) || ofError(error, isMissing)) }
  }
}

function healthOf(program: Program): Health {
  const state = stateOf(program)
  const { silent, record } = program
  if (isRunning(program)) {
    const { status } = shown(program)
    const slots = status!.bySlot ?? []
    const isWell =
      state === 'ready' || (state === 'finished' && !slots.some(({ lastFailure }) => lastFailure))
    return {
      code: isWell ? codes.ready : codes.notReady,
      state,
      why: `is ${healthLine(status!.state, slots)}`,
    }
  }
  if (silent?.starts) return { code: codes.notReady, state, why: `is booting: pid ${silent.pid}` }
  if (silent)
    return { code: codes.unknown, state, why: `does not respond: pid ${silent.pid}. ${whatToDo(silent)}` }
  const since = record ? `; it was started ${duration(Date.now() - record.startedAt)} ago` : ''
  return {
    code: codes.notRunning,
    state,
    why:
      state === 'stopped'
        ? 'is stopped, as it was told to'
        : `is gone, and nobody has told it to stop${since}`,
  }
}

/** It runs, and cannot be asked. */
function ofUnseen(name: string): Health | undefined {
  const [found] = findUnseen(name)
  return (
    found && {
      code: codes.unknown,
      state: 'unknown',
      why:
        `runs (pid ${found.pid}, ${found.workers} ${found.workers === 1 ? 'worker' : 'workers'}), and no control socket of it is known here, so that no more can be said. ` +
        'Its log says why, if it has none; else set XDG_RUNTIME_DIR as it is set for the program',
    }
  )
}

function ofError({ message }: CliError, isMissing: boolean): Health {
  return isMissing
    ? {
        code: codes.notRunning,
        state: 'unknown',
        why: `does not run, as far as this user can see. ${message}`,
      }
    : { code: codes.unknown, state: 'unknown', why: `cannot be told: ${message}` }
}
