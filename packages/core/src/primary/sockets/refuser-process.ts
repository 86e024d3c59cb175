/** The program of a `Refuser`. */
import type { TransferableHandle } from '../../node-internals/handles.ts'
import { refuse } from '../../refusal.ts'

export interface RefuserMessage {
  backlog: number
  speaksTls: boolean
}

const borrowed: TransferableHandle[] = []

process.on('message', ({ backlog, speaksTls }: RefuserMessage, handle: unknown) => {
  const socket = handle as TransferableHandle
  borrowed.push(socket)
  socket.onconnection = (status, connection) => {
    if (status === 0) refuse(connection, speaksTls)
  }
  socket.listen(backlog)
})

process.on('disconnect', () => {
  for (const socket of borrowed) socket.close()
})
