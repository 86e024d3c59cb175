import type { ChildProcess } from 'node:child_process'
import { notReceived, received, type TransferableHandle } from '../node-internals/handles.ts'
import { interceptEmit } from '../process-emit.ts'

/**
 * Node emits messages whose `cmd` begins with `NODE_` as 'internalMessage', as
 * it does its own. So the app's `process.on('message')`, and the program's
 * `cluster.on('message')`, see only what they sent each other.
 */
const cmd = 'NODE_CLUSTERED'

interface Envelope<Message> {
  cmd: string
  message: Message
}

type Peer = NodeJS.Process | ChildProcess

/** Node's own, from before anyone could put another in its place. */
const sends = new WeakMap<Peer, (...args: unknown[]) => boolean>()

/** What is called when a handle has arrived, for each that is on its way to that process. */
const underway = new WeakMap<Peer, (() => void)[]>()

/**
 * Sends a message to the process at the other end. Messages arrive in the
 * order they were sent in. To a process that is gone, nothing is sent: its
 * exit tells what there is to know.
 *
 * @param sent called when it has been written, or cannot be.
 * @param arrived called when the main loop of the other process has received the handle; sooner, where the app sends it
 *   handles of its own. It needs `receive` at this end.
 */
export function send<Message>(
  peer: Peer,
  message: Message,
  handle?: TransferableHandle,
  sent = (): void => {},
  arrived = (): void => {},
): void {
  const nodes = sends.get(peer) ?? peer.send
  if (!peer.connected || !nodes) return sent()
  if (handle) underway.get(peer)?.push(arrived)
  const envelope: Envelope<Message> = { cmd, message }
  // Without a callback an EPIPE would be emitted as 'error', uncaught.
  Reflect.apply(nodes, peer, [envelope, handle, undefined, sent])
}

/**
 * Gives Node back what it sends with, if the app has put something else in
 * its place: what node:cluster says when a worker leaves must arrive.
 */
export function restoreSend(peer: Peer): void {
  Reflect.defineProperty(peer, 'send', {
    value: sends.get(peer),
    configurable: true,
    enumerable: true,
    writable: true,
  })
}

/** Call it before the app can touch this end of the channel: it remembers how Node sends. */
export function receive<Message>(
  peer: Peer,
  listener: (message: Message, handle: TransferableHandle | undefined) => void,
): void {
  if (peer.send) sends.set(peer, Reflect.get(peer, 'send') as (...args: unknown[]) => boolean)
  // A `process.emit` of the app that takes no handle would lose connections.
  if (peer === process) interceptEmit('internalMessage')
  const arrivals: (() => void)[] = []
  underway.set(peer, arrivals)
  const emitter = peer as NodeJS.EventEmitter
  emitter.on('internalMessage', (envelope: Envelope<Message>, handle?: TransferableHandle) => {
    if (envelope.cmd === cmd) listener(envelope.message, handle)
    else if (envelope.cmd === received) arrivals.shift()?.()
    else if (envelope.cmd === notReceived) arrivals.shift()
  })
}
