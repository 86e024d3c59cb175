import { type ChildProcess, fork } from 'node:child_process'
import { briefingVariable } from '../../protocol/briefing.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import { isBundled } from '../../own-files.ts'
import { fileOfRelease } from '../process/preload-file.ts'
import { refusals } from '../../refusal.ts'
import type { RefusedMessage, RefuserMessage } from './refuser-process.ts'

/**
 * A process that accepts from listening sockets and refuses what it accepts.
 * The primary cannot do that itself: once it accepts from a socket it can only
 * stop by closing its copy, which is what keeps the queue alive.
 */
export class Refuser {
  readonly #child: ChildProcess
  readonly #message: RefuserMessage

  /**
   * @param ended called when the process is gone, whoever ended it.
   * @returns `undefined` where no process can be had now: no descriptor or no memory is left, say.
   */
  static start(
    sockets: readonly TransferableHandle[],
    message: RefuserMessage,
    ended: () => void,
  ): Refuser | undefined {
    if (isBundled) return undefined
    try {
      // So that it is known for what it is, should it outlive this process.
      const env = { ...process.env, [briefingVariable]: JSON.stringify({ primary: process.pid }) }
      const program = fileOfRelease('primary/sockets/refuser-process.js')
      const child = fork(program, { execArgv: [], env })
      // It comes as an event, or as a throw, or not at all.
      child.on('error', () => {})
      child.once('exit', ended)
      child.on('message', (said) => (refusals.count += refusedBy(said)))
      return child.connected ? new Refuser(child, sockets, message) : undefined
    } catch {
      return undefined
    }
  }

  private constructor(child: ChildProcess, sockets: readonly TransferableHandle[], message: RefuserMessage) {
    this.#child = child
    this.#message = message
    for (const socket of sockets) this.take(socket)
  }

  /** Accepts from this one as well. */
  take(socket: TransferableHandle): void {
    this.#send(this.#message, socket)
  }

  /** It stops accepting, finishes its answers and ends. */
  stop(): void {
    this.#send('stop')
  }

  #send(message: RefuserMessage, socket?: TransferableHandle): void {
    // With a callback, an EPIPE is not emitted as 'error'.
    if (this.#child.connected) this.#child.send(message, socket as never, {}, () => {})
  }
}

/** What else is loaded into that process may say something too, as what watches files does. */
function refusedBy(message: unknown): number {
  const { refused } = (message ?? {}) as Partial<RefusedMessage>
  return Number.isSafeInteger(refused) && refused! > 0 ? refused! : 0
}
