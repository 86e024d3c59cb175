import { readFileSync } from 'node:fs'

/** The rows of a table of sockets, such as `tcp` or `unix`, each as its words. Linux has them; elsewhere there are none. */
export function socketTable(name: string): string[][] {
  try {
    // Not by /proc/net, which a unit's ProcSubset=pid hides.
    return readFileSync(`/proc/self/net/${name}`, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
  } catch {
    return []
  }
}

/** A unix socket that listens. */
export interface UnixSocket {
  inode: string
  /** As the system shows it: a name that has no file begins with an @. */
  name: string
}

/** In the flags of a unix socket: it listens. */
const acceptsConnections = 0x10000

export function listeningUnixSockets(): UnixSocket[] {
  return socketTable('unix').flatMap(([, , , flags = '', , , inode = '', ...words]) =>
    Number.parseInt(flags, 16) & acceptsConnections ? { inode, name: words.join(' ') } : [],
  )
}

/** The state of a socket of TCP that listens. */
export const listenState = '0A'

export function isListeningAtPort(inode: string): boolean {
  return ['tcp', 'tcp6'].some((table) =>
    socketTable(table).some((words) => words[3] === listenState && words[9] === inode),
  )
}
