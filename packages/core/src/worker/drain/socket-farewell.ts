import type * as net from 'node:net'
import type { Farewell } from './farewell.ts'
import type { Traffic } from './traffic.ts'

/** On a connection that is all its own, which ends with it. */
export abstract class SocketFarewell implements Farewell {
  protected readonly traffic: Traffic
  readonly #socket: net.Socket

  constructor(socket: net.Socket, traffic: Traffic) {
    this.#socket = socket
    this.traffic = traffic
  }

  get isOver(): boolean {
    return this.#socket.destroyed
  }

  get hasLeft(): boolean {
    return this.#socket.writableLength === 0
  }

  abstract say(isPatient: boolean): boolean

  cut(): void {
    this.#socket.destroy()
  }
}
