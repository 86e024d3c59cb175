/** What the commands that look inside a worker have in common. */
import path from 'node:path'
import { existsSync } from 'node:fs'
import type { WorkerLook } from '@clustered/core/control'
import { CliError } from './errors.ts'
import { isFolder } from './file-kind.ts'
import { bytes, duration } from './format.ts'
import { named } from './named.ts'
import { plain } from './plain.ts'
import { print } from './print.ts'
import { isStopped } from './process-identity.ts'
import type { RunningProgram } from './programs.ts'

export interface SlotFlags {
  json?: boolean
  slot?: string | number
}

/**
 * @param fallback the slot if none is given.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function slotFlag<Fallback>({ slot }: SlotFlags, fallback: Fallback): number | Fallback {
  if (slot === undefined) return fallback
  const number = Number(slot)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new CliError('ERR_CLUSTERED_USAGE', `--slot ${slot} is not a slot. Expected: a whole number from 0.`)
}

/**
 * For what is done to one worker: in a program of one slot it need not be said which.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function oneSlot(command: string, program: RunningProgram, flags: SlotFlags): number {
  const slot = slotFlag(flags, undefined)
  if (slot !== undefined) return slot
  const { slots } = program.status
  if (slots === 1) return 0
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `${program.name} has ${slots} slots. Say which: clustered ${command} ${program.name} --slot 0`,
  )
}

/**
 * A number with a unit, for `--seconds` and the like.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function numberFlag(
  flag: string,
  given: string | number | undefined,
  fallback: number,
  most: number,
): number {
  if (given === undefined) return fallback
  const number = Number(given)
  if (number > 0 && number <= most) return number
  throw new CliError('ERR_CLUSTERED_USAGE', `${flag} ${given}: expected a number above 0, up to ${most}.`)
}

/**
 * The file that a worker is to write: what `-o` says, or one in this folder.
 * @throws {CliError} ERR_CLUSTERED_FILE if it is there, or its folder is not.
 */
export function newFile(given: string | undefined, program: string, slot: number, ending: string): string {
  const now = new Date().toISOString().replaceAll(/[-:]|\..*/g, '')
  const own = `${program.replaceAll(/[^\w.-]/g, '_')}-slot${slot}-${now}.${ending}`
  const wanted = named(given ?? own)
  const file = given !== undefined && isFolder(wanted) ? path.join(wanted, own) : wanted
  if (existsSync(file))
    throw new CliError(
      'ERR_CLUSTERED_FILE',
      `${file} is there already, and is left as it is. Give another: -o FILE`,
    )
  if (!isFolder(path.dirname(file)))
    throw new CliError(
      'ERR_CLUSTERED_FILE',
      `There is no folder ${path.dirname(file)}. Give a file in one that is there: -o FILE`,
    )
  return file
}

/** A file that a worker has written. @param advice what to do with it. */
export function printWritten(
  json: boolean | undefined,
  slot: number,
  file: string,
  line: object,
  advice: string,
): void {
  const { size, paused } = line as { size: number; paused: number }
  print(
    json,
    { slot, file, size, paused },
    () =>
      `${file}  ${bytes(size)}, the worker stood still for ${paused} ms${whereabouts(file)}\nTo open it: ${advice}`,
  )
}

/** Where it is, if that is not where this command sees it. */
function whereabouts(file: string): string {
  return existsSync(file)
    ? ''
    : ' (in the file system of the program, which is not that of this command: a container?)'
}

/**
 * The workers of a program, as they are now.
 * @throws {CliError} what the primary answers, or ERR_CLUSTERED_BAD_ANSWER.
 */
export async function lookAt(
  { client, name }: RunningProgram,
  slot: number | undefined,
  query: boolean,
): Promise<WorkerLook[]> {
  const { workers } = ((await client.post('/v1/look', { slot, query })) ?? {}) as { workers?: unknown }
  if (Array.isArray(workers) && workers.every((worker) => isLook(worker))) return workers as WorkerLook[]
  throw new CliError('ERR_CLUSTERED_BAD_ANSWER', `'${name}' does not answer as a primary does.`)
}

function isLook(value: unknown): boolean {
  const { slot, pid, loop, look, stack } = (value ?? {}) as { [Name in string]?: unknown }
  const { inFlight } = (look ?? {}) as { inFlight?: { requests?: unknown } }
  return (
    [slot, pid].every((number) => typeof number === 'number') &&
    typeof loop === 'string' &&
    (loop !== 'turns' || Array.isArray(inFlight?.requests)) &&
    (loop !== 'stands' || Array.isArray(stack))
  )
}

/** What can be said of a worker that does not say it itself. */
export function whySilent({ pid, state }: WorkerLook): string {
  if (isStopped(pid)) return `is stopped (to let it go on: kill -CONT ${pid})`
  if (state === 'booting') return 'boots, and does not answer yet'
  return 'does not answer: it stands in a native call or is of an older release'
}

/** For how long something has been so, of which less than a second is not known. */
export function age(ms: number): string {
  return ms < 1000 ? '< 1 s' : duration(ms)
}

/** Where it stands, one frame a line. */
export function frames(stack: readonly string[]): string[] {
  return stack.map((frame) => `    at ${plain(frame)}`)
}
