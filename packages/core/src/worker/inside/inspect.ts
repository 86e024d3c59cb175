import inspector from 'node:inspector'
import type { Inspected } from '../../protocol/inside.ts'

/** On a port of its own, that no other machine can reach. */
const host = '127.0.0.1'

/**
 * Opens the inspector, unless it is open already.
 * @param onChange called when a debugger may hold this thread, and when it may not any more.
 * @param signal closes it.
 */
export function inspect(onChange: () => void, signal: AbortSignal): Inspected {
  const open = inspector.url()
  if (open !== undefined) return { url: open, already: true }
  inspector.open(0, host)
  onChange()
  const close = (): void => {
    process.off('exit', close)
    inspector.close()
    onChange()
  }
  // Node would wait for the debugger to leave.
  process.once('exit', close)
  signal.addEventListener('abort', close)
  return { url: inspector.url()!, already: false }
}
