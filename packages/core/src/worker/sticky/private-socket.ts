import { chmodSync, rmSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { getSystemErrorName } from 'node:util'
import { makePrivate } from '../../control/folder.ts'
import { fits, removeStale } from '../../control/socket.ts'
import { emptyQueues } from '../../empty-queue.ts'
import { handleOf } from '../../node-internals/handles.ts'
import { responseOn } from '../../node-internals/http1-answers.ts'
import { listenAlone } from '../../node-listening.ts'
import { privateSocketEnding, privateSocketName } from '../../private-socket-name.ts'
import { settles } from '../../settles.ts'
import { isSecure } from '../server-kind.ts'

/** What the header of ours takes at most, and the preamble before it. */
const ownBytes = 1024

/** How long (in ms) after its file has gone it is waited for who has found that before. */
const queueTime = 10

/** How long (in ms) idle connections are waited for at the end: siblings close them, unless they hang. */
const idlePatience = 1000

/** Where siblings bring the requests of this worker's sessions. */
export class PrivateSocket {
  readonly folder: string
  readonly #path: string
  readonly #server: net.Server
  /** Their connections, each with the server that it is of. */
  readonly #visitors = new Set<net.Socket>()
  #gone = (): void => {}

  /**
   * Listens in the first folder where that can be done.
   * @param serverOf the server that is meant by a key.
   * @param release answers the poll of a session.
   * @throws with the reason for each folder.
   */
  static open(
    folders: readonly string[],
    primary: number,
    id: string,
    serverOf: (key: string) => net.Server | undefined,
    release: (session: string) => void,
  ): PrivateSocket {
    const reasons: string[] = []
    for (const folder of folders)
      try {
        return new PrivateSocket(folder, privateSocketName(folder, primary, id), serverOf, release)
      } catch (error) {
        reasons.push((error as Error).message)
      }
    throw new Error(reasons.join('; '))
  }

  private constructor(
    folder: string,
    name: string,
    serverOf: (key: string) => net.Server | undefined,
    release: (session: string) => void,
  ) {
    if (!fits(name)) throw new Error(`the path of ${folder} is too long`)
    makePrivate(folder)
    // A worker that was killed together with its primary leaves its socket behind.
    void removeStale(folder, privateSocketEnding)
    this.folder = folder
    this.#path = name
    this.#server = net.createServer({ allowHalfOpen: true }, (socket) => {
      this.#keep(socket)
      receive(socket, ({ key, release: session }) => {
        if (typeof session === 'string') release(session)
        this.#admit(socket, typeof key === 'string' ? serverOf(key) : undefined)
      })
    })
    const failure = listenAlone(this.#server, name)
    if (failure !== 0) throw new Error(`${name}: ${getSystemErrorName(failure)}`)
    chmodSync(name, 0o600)
    this.#server.unref()
    process.once('exit', () => rmSync(name, { force: true }))
  }

  /** Whether it is a sibling that is at the other end. */
  has(socket: net.Socket): boolean {
    return this.#visitors.has(socket)
  }

  /**
   * Lets no more of them in, and resolves when those that are there have had
   * their answers. What is in the queue is let in first: it would be lost.
   */
  async close(timeout: number): Promise<void> {
    rmSync(this.#path, { force: true })
    await sleep(queueTime)
    // After a pause of the event loop, the timer comes ahead of what has come meanwhile.
    await emptyQueues([handleOf(this.#server)], { shut: false })
    this.#server.close()
    const gone = new Promise<void>((resolve) => (this.#gone = resolve))
    if (this.#visitors.size === 0) return
    if (await settles(gone, Math.min(idlePatience, timeout))) return
    for (const socket of this.#visitors) if (!responseOn(socket)) socket.destroy()
    if (this.#visitors.size > 0) await settles(gone, Math.max(0, timeout - idlePatience))
  }

  /** From here on, what it brings will be answered. */
  #keep(socket: net.Socket): void {
    this.#visitors.add(socket)
    socket.once('close', () => {
      this.#visitors.delete(socket)
      if (this.#visitors.size === 0) this.#gone()
    })
  }

  #admit(socket: net.Socket, server: net.Server | undefined): void {
    if (!server) return void socket.destroy()
    if (isSecure(server)) Object.assign(socket, { encrypted: true, server, alpnProtocol: 'http/1.1' })
    withRoomForHeader(server, () => server.emit(isSecure(server) ? 'secureConnection' : 'connection', socket))
  }
}

/** The client's own headers may be as long as the server lets them be. */
function withRoomForHeader(server: net.Server, run: () => void): void {
  const limited = server as { maxHeaderSize?: number | undefined }
  const { maxHeaderSize } = limited
  limited.maxHeaderSize = (maxHeaderSize || http.maxHeaderSize) + ownBytes
  try {
    run()
  } finally {
    limited.maxHeaderSize = maxHeaderSize
  }
}

/** Reads the preamble, and gives back what came behind it. */
function receive(socket: net.Socket, admit: (what: { key?: unknown; release?: unknown }) => void): void {
  let begun = Buffer.alloc(0)
  socket.on('error', () => {})
  const read = (bytes: Buffer): void => {
    begun = Buffer.concat([begun, bytes])
    const end = begun.indexOf('\n')
    if (end < 0) return void (begun.length > ownBytes && socket.destroy())
    socket.off('data', read)
    admit(parse(begun.toString('utf8', 0, end)))
    if (end + 1 < begun.length && !socket.destroyed) socket.unshift(begun.subarray(end + 1))
  }
  socket.on('data', read)
}

function parse(line: string): object {
  try {
    return Object(JSON.parse(line)) as object
  } catch {
    return {}
  }
}
