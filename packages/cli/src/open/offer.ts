import type { ProgramStatus } from '@clustered/core/control'
import { asRunning } from '../choose.ts'
import { chooseSeveral } from '../choose-several.ts'
import { stateOf } from '../columns.ts'
import { CliError } from '../errors.ts'
import { whatToDo } from '../not-responding.ts'
import { findPrograms, nameless, pidOf, type Program, type RunningProgram } from '../programs.ts'

/** In ms: several pages may ask at once. */
const lookEvery = 1000

/** A program as the overview is told of it. */
interface Offered {
  name: string
  /** Of its page, seen from the overview. */
  path: string
  status: ProgramStatus | null
  /** Why there is no status. */
  error: string | null
}

/** The programs that are shown. They are looked for anew each time: a program that was restarted is another process. */
export class Offer {
  readonly #words: readonly string[]
  #last: { at: number; named: Promise<[name: string, program: Program][]> } | undefined

  /** @param words as the command was given them; none for all. */
  constructor(words: readonly string[]) {
    this.#words = words
  }

  /** One whose name others have too is called by its pid as well. */
  async named(): Promise<[name: string, program: Program][]> {
    const all = await findPrograms()
    const offered = this.#words.length === 0 ? all : await meant(this.#words)
    return offered.map((program) => [nameOf(program, all), program])
  }

  async list(): Promise<Offered[]> {
    const now = performance.now()
    if (!this.#last || now - this.#last.at > lookEvery) this.#last = { at: now, named: this.named() }
    const named = await this.#last.named
    return named.map(([name, program]) => {
      return { name, path: pathOf(name), status: program.status ?? null, error: whyNot(program) }
    })
  }

  /** @throws {CliError} ERR_CLUSTERED_NOT_RUNNING, ERR_CLUSTERED_NOT_RESPONDING, ERR_CLUSTERED_BUSY */
  async running(wanted: string): Promise<RunningProgram> {
    const [, program] = (await this.named()).find(([name]) => name === wanted) ?? []
    if (program) return asRunning(program)
    throw new CliError(
      'ERR_CLUSTERED_NOT_RUNNING',
      `'${wanted}' does not run now. As soon as it does, it is shown here.`,
    )
  }
}

function nameOf(program: Program, all: readonly Program[]): string {
  const { name } = program
  const isOnly = name !== nameless && all.filter((other) => other.name === name).length === 1
  const pid = pidOf(program)
  return isOnly || pid === undefined ? name : `${name}:${pid}`
}

/** Of a program's page, seen from the overview. */
export function pathOf(name: string): string {
  return `p/${encodeURIComponent(name)}/`
}

async function meant(words: readonly string[]): Promise<Program[]> {
  const found: Program[] = []
  for (const word of words)
    try {
      const programs = await chooseSeveral([word])
      found.push(
        ...programs.map(({ program }) => program).filter((program) => !found.some(isSameAs(program))),
      )
    } catch (error) {
      // It has gone, and may come back.
      if (!(error instanceof CliError)) throw error
    }
  return found
}

const isSameAs =
  (one: Program) =>
  (other: Program): boolean =>
    one.name === other.name && pidOf(one) === pidOf(other)

function whyNot(program: Program): string | null {
  const { status, silent } = program
  if (status) return null
  if (silent && !silent.starts) return `does not respond: pid ${silent.pid}. ${whatToDo(silent)}`
  return `is ${stateOf(program)}`
}
