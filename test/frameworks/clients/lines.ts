import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../support/load.ts'
import { Conversation } from './conversation.ts'

/** Each line must come back. */
export function lineClients(count: number, port: number): Client[] {
  return Array.from({ length: count }, () => () => converse(port, 20))
}

export function slowLines(port: number): { begun: Promise<unknown>; answered: Promise<unknown> } {
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  return { begun, answered: converse(port, 350, begin) }
}

/** @param pause milliseconds between two lines. */
async function converse(port: number, pause: number, begun = (): void => {}): Promise<void> {
  const conversation = await Conversation.open(port)
  for (const line of ['one\n', 'two\n', 'three\n']) {
    conversation.send(line)
    await conversation.until((bytes) => (bytes.includes(line) ? true : undefined))
    begun()
    await sleep(pause)
  }
  conversation.end()
}
