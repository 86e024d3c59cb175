import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** When the request began that a response of HTTP/1 answers, if that is timed, until it has been counted. */
export const begun: unique symbol = Symbol('clustered: begun')

export interface Timed extends ServerResponse {
  [begun]?: number | undefined
}

/** Upgrades that a sibling answers. */
const left = new WeakSet<Duplex>()

/** A sibling answers that, and counts it. @returns what has it counted here after all. */
export function leaveToSibling(response: Timed): () => void {
  const since = response[begun]
  response[begun] = undefined
  return () => {
    response[begun] = since
  }
}

/** The same of an upgrade. */
export function leaveUpgrade(socket: Duplex): void {
  left.add(socket)
}

export function isLeft(socket: Duplex): boolean {
  return left.has(socket)
}
