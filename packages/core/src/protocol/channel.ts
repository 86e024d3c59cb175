import type { ChildProcess } from 'node:child_process'
import type { TransferableHandle } from '../node-internals.ts'

/**
 * Node emits messages whose `cmd` begins with `NODE_` as 'internalMessage', as
 * it does its own. So the app's `process.on('message')`, and the program's
 * `cluster.on('message')`, see only what they sent each other.
 */
const cmd = 'NODE_CLUSTERED'

interface Envelope<Message> {
  cmd: typeof cmd
  message: Message
}

type Peer = NodeJS.Process | ChildProcess

/**
 * Sends a message to the process at the other end. Messages arrive in the
 * order they were sent in. To a process that is gone, nothing is sent: its
 * exit tells what there is to know.
 *
 * @param sent called when it has been written, or cannot be.
 */
export function send<Message>(
  peer: Peer,
  message: Message,
  handle?: TransferableHandle,
  sent = (): void => {},
): void {
  if (!peer.connected || !peer.send) return sent()
  const envelope: Envelope<Message> = { cmd, message }
  // Without a callback an EPIPE would be emitted as 'error', uncaught.
  peer.send(envelope, handle as never, undefined, sent)
}

export function receive<Message>(
  peer: Peer,
  listener: (message: Message, handle: TransferableHandle | undefined) => void,
): void {
  const emitter = peer as NodeJS.EventEmitter
  emitter.on('internalMessage', (envelope: Envelope<Message>, handle?: TransferableHandle) => {
    if (envelope.cmd === cmd) listener(envelope.message, handle)
  })
}
