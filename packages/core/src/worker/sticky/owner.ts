import type { IncomingMessage } from 'node:http'
import type { Sticky as StickyOption } from '../../options.ts'
import { toLine } from '../../thrown.ts'
import { isWorkerId } from '../../worker-id.ts'
import { asksEngine, type Engines, ownerOfSession } from './engine-io.ts'

/** Names the worker that a request belongs to; undefined for whichever has it. */
export type OwnerOf = (request: IncomingMessage) => string | undefined

type Report = (problem: string, error?: unknown) => void

export function ownerBySocketIo(engines: Engines, report: Report): OwnerOf {
  let reported = false
  return ({ url = '' }) => {
    if (!asksEngine(url)) return undefined
    const owner = ownerOfSession(url)
    if (owner !== undefined) return owner
    if (!engines.find() && !reported) {
      reported = true
      report(
        'sticky: a client asks for Socket.IO, and there is none among the modules of this process. One that is bundled with the program cannot be found: ' +
          'name the worker in generateId, and give a function as sticky (docs/long-lived/sticky.md)',
      )
    }
    return undefined
  }
}

/** What the app's function throws, or returns by mistake, is said once, and loses no request. */
export function ownerByFunction(ownerOf: Exclude<StickyOption, string>, report: Report): OwnerOf {
  let reported = false
  const complain = (problem: string, error?: unknown): undefined => {
    if (!reported) report(`sticky: ${problem}. Such requests are served where they come`, error)
    reported = true
  }
  return (request) => {
    try {
      const owner: unknown = ownerOf(request)
      if (isWorkerId(owner)) return owner
      if (owner instanceof Promise) owner.catch(() => {})
      // Clients send what it is made of.
      if (typeof owner === 'string' || owner === undefined || owner === null) return undefined
      return complain(
        `the function returned ${owner instanceof Promise ? 'a promise' : typeof owner}; expected a worker's id, or undefined`,
      )
    } catch (error) {
      return complain(`the function failed: ${toLine(error)}`, error)
    }
  }
}
