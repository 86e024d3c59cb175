import net from 'node:net'
import type { ListenPlace } from '../../listen.ts'
import { lockName } from '../../name-lock.ts'
import type { Settings } from '../../settings.ts'
import { startListening } from '../../start-listening.ts'
import { type AddressInUse, takeOver } from './take-over.ts'

/** What a place is opened with. */
export type PlaceOptions = ListenPlace & {
  /** The file mode creation mask that the file of a unix socket is made under. */
  umask?: number
}

/** Where a server of this process is to listen. */
export type ListenerOptions = PlaceOptions & { fd?: number }

type ListenSettings = Pick<Settings, 'hangTimeout' | 'logger'>

/** @throws Node's own error, whose message says who holds the place, where that can be found out. */
export function listen(options: ListenerOptions, settings: ListenSettings): Promise<net.Server> {
  const run = () => listenOrTakeOver(options, settings)
  return options.path === undefined ? run() : lockName(options.path, run)
}

async function listenOrTakeOver(options: ListenerOptions, settings: ListenSettings): Promise<net.Server> {
  try {
    return await tryListen(options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return takeOver(error as AddressInUse, () => tryListen(options), settings)
  }
}

async function tryListen({ umask, ...options }: ListenerOptions): Promise<net.Server> {
  const server = net.createServer()
  const own = umask === undefined ? undefined : process.umask(umask)
  // The file of a unix socket is made before it returns.
  const listening = startListening(server, options)
  if (own !== undefined) process.umask(own)
  await listening
  return server
}
