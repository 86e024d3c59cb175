import { performance } from 'node:perf_hooks'
import { isReserved } from '../descriptors.ts'
import type { TransferableHandle } from '../node-internals/handles.ts'
import { send } from '../protocol/channel.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import { refuseAtOnce } from '../refusal.ts'

/** The descriptors that connections leave to the rest of a worker: its measurements, its files, its databases. */
const reserve = 32

/** How long (in ms) after a connection that there was no room for others are expected not to find any. */
const expectFor = 1000

let scarceUntil = -Infinity

/**
 * Whether a worker that takes this connection has descriptors left for all else.
 * @param served whether it has brought requests to a sibling.
 */
export function hasRoomFor(connection: TransferableHandle, served = false): boolean {
  if (!isReserved(connection, reserve)) return true
  scarceUntil = performance.now() + expectFor
  return served && !isReserved(connection, reserve, served)
}

/** A moment ago there was no room for a connection. */
export function areDescriptorsScarce(): boolean {
  return performance.now() < scarceUntil
}

/** How many connections are on their way to the primary at a time: until they are there, each takes one of the reserve. */
const mostPassing = 4

/** What a full worker does with connections that it has accepted: a sibling may have room. */
export class Overflow {
  #passing = 0

  /** Another worker gets it, or, where too many come, it is refused. */
  pass(key: string, connection: TransferableHandle, speaksTls: boolean): void {
    if (!process.connected || this.#passing >= mostPassing) return refuseAtOnce(connection, speaksTls)
    this.#passing++
    send<ToPrimary>(process, { type: 'adopt', key, served: false }, connection, () => {
      this.#passing--
      connection.close()
    })
  }
}
