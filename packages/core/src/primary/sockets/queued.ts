import { closeSync, openSync, readSync } from 'node:fs'

/** The state of a socket that listens, in /proc/net/tcp. */
const listenState = '0A'

/**
 * How many connections wait in the queues of the sockets that listen at these
 * ports, where nobody has accepted them yet. Linux tells; elsewhere it is 0.
 */
export function queued(ports: readonly number[]): number {
  if (ports.length === 0 || process.platform !== 'linux') return 0
  return count('/proc/net/tcp', ports) + count('/proc/net/tcp6', ports)
}

function count(table: string, ports: readonly number[]): number {
  let waiting = 0
  for (const [, local = '', , state, queues = ''] of rows(table)) {
    if (state === 'st') continue
    // Those that listen stand first. Connections follow, of which there may be a hundred thousand.
    if (state !== listenState) break
    const port = Number.parseInt(local.split(':')[1] ?? '', 16)
    if (ports.includes(port)) waiting += Number.parseInt(queues.split(':')[1] ?? '', 16) || 0
  }
  return waiting
}

/** Only as far as somebody looks. */
function* rows(table: string): Generator<string[], void> {
  const buffer = Buffer.alloc(4096)
  let descriptor: number | undefined
  let begun = ''
  try {
    descriptor = openSync(table, 'r')
    for (;;) {
      const length = readSync(descriptor, buffer)
      if (length === 0) return
      const lines = (begun + buffer.toString('latin1', 0, length)).split('\n')
      begun = lines.pop()!
      for (const line of lines) yield line.trim().split(/\s+/)
    }
  } catch {
    // There is no such table, or no descriptor is left: not known, then.
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}
