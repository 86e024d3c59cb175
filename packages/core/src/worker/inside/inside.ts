/** What a worker does for somebody who looks inside it. It is loaded when that happens first. */
import { ClusteredError, type ClusteredErrorCode } from '../../errors.ts'
import { type FileNames, hideQuery, type Look, mostRequests, type Question } from '../../protocol/inside.ts'
import { ownHealth } from '../../health/own-health.ts'
import type { ToPrimary, ToWorker } from '../../protocol/messages.ts'
import { mayInspect } from '../may-inspect.ts'
import type { VitalSigns } from '../vitals.ts'
import { writeHeap } from './heap.ts'
import { inFlight } from './in-flight.ts'
import { inspect } from './inspect.ts'
import { NewFile } from './new-file.ts'
import { writeProfile } from './profile.ts'

type Ask = Extract<ToWorker, { type: 'ask' }>

export interface InsideParts {
  readonly vitals: VitalSigns
  /** The request that the code running now was started by, if it is known. */
  readonly request: () => string | undefined
  /** Has other workers take the connections that can move. */
  readonly giveAll: () => Promise<void>
  readonly tell: (message: ToPrimary) => void
  /** A debugger may hold this thread from now on, or may not any more. */
  readonly onInspector: () => void
}

export class Inside {
  readonly #parts: InsideParts
  /** What takes its time: there is one of those at most. */
  #running: { id: number; what: string; abort: AbortController } | undefined

  constructor(parts: InsideParts) {
    this.#parts = parts
    // Nobody is left to have it.
    process.once('disconnect', () => this.#running?.abort.abort())
  }

  /**
   * @param query whether queries are told, too.
   * @param most requests that are told one by one.
   */
  look(query: boolean, most: number): Look {
    const { request, vitals } = this.#parts
    const its = request()
    return {
      request: query || its === undefined ? its : hideQuery(its),
      inFlight: inFlight(vitals, query, most),
    }
  }

  async answer({ id, question }: Ask): Promise<void> {
    const { tell } = this.#parts
    try {
      tell({ type: 'told', id, answer: await this.#answerTo(id, question), error: undefined })
    } catch (error) {
      tell({ type: 'told', id, answer: undefined, error: toInfo(error as NodeJS.ErrnoException) })
    }
  }

  #answerTo(id: number, question: Question): unknown {
    switch (question.what) {
      case 'look':
        return this.look(question.query, mostRequests)
      case 'stop':
        if (this.#running?.id === question.id) this.#running.abort.abort(gone())
        return undefined
      case 'here':
        return true
      case 'check':
        return ownHealth().checks.run(question.timeout)
      case 'profile':
        checkInspector()
        return this.#write(id, question, (file, signal) => writeProfile(file, question.time, signal))
      case 'heap':
        return this.#write(id, question, (file) => writeHeap(file, this.#parts, question.move))
      case 'inspect': {
        checkInspector()
        const abort = this.#begin(id, question.what)
        const timer = setTimeout(() => abort.abort(), question.time)
        const inspected = inspect(this.#parts.onInspector, abort.signal)
        abort.signal.addEventListener('abort', () => {
          clearTimeout(timer)
          this.#running = undefined
        })
        if (inspected.already) abort.abort()
        return inspected
      }
      default:
        // Of a later release.
        throw new ClusteredError('ERR_CLUSTERED_NOT_DONE', 'the worker is of a release that cannot do that')
    }
  }

  async #write<Result>(
    id: number,
    question: { what: string } & FileNames,
    write: (file: NewFile, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { signal } = this.#begin(id, question.what)
    let file: NewFile | undefined
    const drop = (): void => file?.drop()
    process.once('exit', drop)
    try {
      file = new NewFile(question)
      return await write(file, signal)
    } finally {
      drop()
      process.off('exit', drop)
      this.#running = undefined
    }
  }

  #begin(id: number, what: string): AbortController {
    if (this.#running)
      throw new ClusteredError(
        'ERR_CLUSTERED_WORKER_BUSY',
        `somebody has it make a ${names[this.#running.what] ?? this.#running.what} already: one at a time`,
      )
    const abort = new AbortController()
    this.#running = { id, what, abort }
    return abort
  }
}

const names: Record<string, string> = { heap: 'heap snapshot', inspect: 'debugging session' }

function checkInspector(): void {
  if (mayInspect()) return
  throw new ClusteredError(
    'ERR_CLUSTERED_NOT_PERMITTED',
    "Node's permission model refuses the inspector: start the program with --allow-inspector",
  )
}

function gone(): Error {
  return new ClusteredError('ERR_CLUSTERED_CLOSING', 'whoever asked for it has gone')
}

function toInfo({ code = '', message }: NodeJS.ErrnoException): { code: string; message: string } {
  if (code.startsWith('ERR_CLUSTERED_')) return { code, message }
  const isOfSystem = /^E[A-Z]+$/.test(code) || code === 'ERR_ACCESS_DENIED'
  const known: ClusteredErrorCode = isOfSystem ? 'ERR_CLUSTERED_FILE' : 'ERR_CLUSTERED_NOT_DONE'
  return { code: known, message }
}
