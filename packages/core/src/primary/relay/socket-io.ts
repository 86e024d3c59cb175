import type { Worker } from 'node:cluster'
import type { Clock } from '../../running-clock.ts'
import { type AdapterMessage, SocketIoPeer } from './socket-io-peer.ts'

/**
 * The primary's half of `@socket.io/cluster-adapter`, for programs that have
 * none there: those that do not call its `setupPrimary()`, and all that are
 * supervised, whose primary runs none of their code. Versions 0.2 and 0.3.
 */
const source = '_sio_adapter'

/** What of its messages says, by its own numbers, that an adapter has gone. */
const gone = { v2: 3, v3: 13 }

/** Of version 0.2: answers, which are for the worker that has asked. */
const answersOfV2 = new Set([9, 11])

/** Workers that have a channel. */
const peers = new Map<Worker, SocketIoPeer>()

/** What somebody else has sent to a worker. */
const sentByProgram = new WeakSet<object>()

/** The program has the primary's half itself, or another like it. */
let programRelays = false

/** To be called before the app can touch the worker. */
export function relaySocketIo(worker: Worker, clock: Clock, say: (problem: string) => void): void {
  const child = worker.process
  if (!child.connected) return
  noteSends(worker)
  const peer = new SocketIoPeer(worker, clock, say)
  peers.set(worker, peer)
  child.prependListener('message', (message: unknown) => {
    if (!isAdapterMessage(message)) return
    peer.note(message)
    // The program's listeners have had it by then.
    process.nextTick(() => {
      programRelays = sentByProgram.has(message)
      if (!programRelays) for (const recipient of recipients(peer, message)) recipient.send(message)
    })
  })
  child.once('disconnect', () => {
    peers.delete(worker)
    peer.stop()
    if (!programRelays) sayGone(peer)
  })
}

function noteSends(worker: Worker): void {
  const send = worker.send.bind(worker) as (...args: unknown[]) => boolean
  worker.send = (message: unknown, ...rest: unknown[]) => {
    if (isAdapterMessage(message)) sentByProgram.add(message)
    return send(message, ...rest)
  }
}

function isAdapterMessage(message: unknown): message is AdapterMessage {
  return (message as { source?: unknown } | null | undefined)?.source === source
}

/** Answers go to whoever has asked, everything else to all the others. */
function recipients(from: SocketIoPeer, { type, uid, requesterUid, data }: AdapterMessage): SocketIoPeer[] {
  const others = [...peers.values()].filter((peer) => peer !== from)
  if (requesterUid !== undefined) return others.filter((peer) => peer.adapters.has(requesterUid))
  if (uid === undefined && answersOfV2.has(type)) return others.filter(({ id }) => id === data?.workerId)
  return others
}

/** Those that stay would wait for answers of its adapters. */
function sayGone({ id, adapters, hasV2 }: SocketIoPeer): void {
  for (const peer of peers.values()) {
    for (const [uid, nsp] of adapters) peer.send({ source, type: gone.v3, uid, nsp })
    if (hasV2) peer.send({ source, type: gone.v2, data: id })
  }
}
