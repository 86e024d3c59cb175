import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { briefingVariable } from '../../protocol/briefing.ts'
import type { TransferableHandle } from '../../node-internals.ts'
import type { RefuserMessage } from './refuser-process.ts'

const program = fileURLToPath(new URL('./refuser-process.js', import.meta.url))

/**
 * A process that accepts from listening sockets and refuses what it accepts.
 * The primary cannot do that itself: once it accepts from a socket it can only
 * stop by closing its copy, which is what keeps the queue alive.
 */
export class Refuser {
  readonly #child: ChildProcess

  constructor(sockets: readonly TransferableHandle[], message: RefuserMessage) {
    // So that it is known for what it is, should it outlive this process.
    const env = { ...process.env, [briefingVariable]: JSON.stringify({ primary: process.pid }) }
    this.#child = fork(program, { execArgv: [], env })
    this.#child.on('error', () => {})
    for (const socket of sockets) this.#child.send(message, socket as never)
  }

  /** It stops accepting, finishes its answers and ends. */
  stop(): void {
    if (this.#child.connected) this.#child.disconnect()
  }
}
