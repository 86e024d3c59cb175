/** The program of a `Refuser`. */
import type { TransferableHandle } from '../../node-internals/handles.ts'
import { refusals, refuse } from '../../refusal.ts'

export type RefuserMessage =
  /** With a listening socket: refuse what comes there. */
  { backlog: number; speaksTls: boolean } | 'stop'

/** How many connections have been refused since the last time. */
export interface RefusedMessage {
  refused: number
}

/** How often (in ms) that is told, while there are any. */
const interval = 100

const borrowed: TransferableHandle[] = []
let told = 0
let timer: NodeJS.Timeout | undefined

process.on('message', (message: RefuserMessage, handle: unknown) => {
  if (message === 'stop') return stop()
  const socket = handle as TransferableHandle
  borrowed.push(socket)
  socket.onconnection = (status, connection) => {
    if (status !== 0) return
    refuse(connection, message.speaksTls)
    timer ??= setTimeout(tell, interval)
  }
  socket.listen(message.backlog)
})

process.on('disconnect', close)

function stop(): void {
  close()
  tell(() => process.connected && process.disconnect())
}

function close(): void {
  for (const socket of borrowed.splice(0)) socket.close()
}

function tell(sent: () => void = () => {}): void {
  timer = undefined
  const message: RefusedMessage = { refused: refusals.count - told }
  told = refusals.count
  // With a callback, an EPIPE is not emitted as 'error'.
  process.send?.(message, undefined, {}, sent)
}
