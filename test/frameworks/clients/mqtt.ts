import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '../../support/load.ts'
import { Conversation } from './conversation.ts'

let clients = 0

/** Each connects, subscribes, publishes with QoS 1 until all has come back, and disconnects. */
export function mqttClients(count: number, port: number): Client[] {
  return Array.from({ length: count }, () => () => converse(port, 20))
}

export function slowConversation(port: number): { begun: Promise<unknown>; answered: Promise<unknown> } {
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  return { begun, answered: converse(port, 350, begin) }
}

const types = { connect: 0x10, connack: 2, publish: 0x32, message: 3, puback: 4, subscribe: 0x82, suback: 9 }

/** @param pause milliseconds between two messages. */
async function converse(port: number, pause: number, begun = (): void => {}): Promise<void> {
  const id = `client-${++clients}`
  const conversation = await Conversation.open(port)
  const receive = (...wanted: number[]): Promise<void> => take(conversation, new Set(wanted))
  conversation.send(packet(types.connect, text('MQTT'), Buffer.from([4, 2, 0, 60]), text(id)))
  await receive(types.connack)
  conversation.send(packet(types.subscribe, number(1), text(id), Buffer.from([0])))
  await receive(types.suback)
  for (let message = 2; message < 5; message++) {
    conversation.send(packet(types.publish, text(id), number(message), Buffer.from('hello')))
    // As a subscriber it gets its own message, before or behind the word that it has arrived.
    await receive(types.message, types.puback)
    begun()
    await sleep(pause)
  }
  conversation.send(Buffer.from([0xe0, 0]))
  conversation.end()
}

async function take(conversation: Conversation, wanted: Set<number>): Promise<void> {
  while (wanted.size > 0) {
    const head = await conversation.until((bytes) =>
      bytes.length >= 2 && bytes.length >= 2 + bytes[1]!
        ? { type: bytes[0]! >> 4, size: 2 + bytes[1]! }
        : undefined,
    )
    if (!wanted.delete(head.type)) throw new Error(`a packet of type ${head.type} was not expected`)
    conversation.forget(head.size)
  }
}

/** All of them are shorter than 128 bytes. */
function packet(type: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.from([type, body.length]), body])
}

function number(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255])
}

function text(value: string): Buffer {
  return Buffer.concat([number(value.length), Buffer.from(value)])
}
