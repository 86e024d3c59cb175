/** How the watchdog's thread hears the primary: on the descriptor that it writes to. */
import net from 'node:net'
import type { ThreadQuestion } from '../../protocol/inside.ts'
import { readLines } from '../../protocol/lines.ts'
import { watchdogDescriptor } from '../../protocol/watchdog.ts'

let hears = false

/**
 * From the first call on. Its memory is spent only where it is needed.
 * @param onEnd the descriptor has been closed, as the primary is gone.
 */
export function hear(onQuestion: (question: ThreadQuestion) => void, onEnd: () => void): void {
  if (hears) return
  hears = true
  // Half open: it would otherwise be closed when the primary goes, and the number be given to another file.
  const socket = new net.Socket({
    fd: watchdogDescriptor,
    readable: true,
    writable: true,
    allowHalfOpen: true,
  })
  socket.on('error', () => {})
  socket.on('close', onEnd)
  readLines(socket, (line) => {
    try {
      onQuestion(JSON.parse(line) as ThreadQuestion)
    } catch {
      // It is nothing that the primary says.
    }
  })
  socket.unref()
}
