import type * as net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningClock } from '../../running-clock.ts'
import type { Settings } from '../../settings.ts'
import { removeStaleSocket } from '../../stale-socket.ts'
import { asOrphan, isEnding, signalOrphan } from '../process/orphan.ts'
import { describeProcess, type Holders, holdersOf, type Where } from './port-holders.ts'

/** Node's own error: EADDRINUSE. For a unix socket `address` is its path. */
export interface AddressInUse extends NodeJS.ErrnoException {
  address?: string
  port?: number
}

/** How long (in ms) an orphan may stand still where `hangTimeout` is 0; what its own watchdog allows it too. */
const defaultHang = 30_000

/** How much longer (in ms) than that it is waited for: it ends itself first, where it can. */
const margin = 2000

/** How long (in ms) one that was killed may take to be gone. */
const killTime = 5000

/** How often it is tried again, where nobody is found who holds the place. */
const longestInVain = 10

/** How often (in ms) it is tried again. */
const interval = 100

/**
 * Takes a place that is in use, if only the remains of a cluster hold it: the
 * file of a unix socket that nobody answers, or workers whose primary is gone.
 * Such a worker stops accepting as soon as its event loop turns. Until then
 * it may have requests to answer, and is waited for; one whose loop does not
 * turn for `hangTimeout` is hung, and is killed.
 *
 * @throws Node's own error, whose message says who holds the place, where that can be found out.
 */
export async function takeOver(
  error: AddressInUse,
  tryListen: () => Promise<net.Server>,
  settings: Pick<Settings, 'hangTimeout' | 'logger'>,
): Promise<net.Server> {
  const where = whereOf(error)
  if (!where) throw error
  if ('path' in where) {
    if (await removeStaleSocket(where.path)) return tryListen()
    throw nameHolders(error, holdersOf(where))
  }
  if (process.platform !== 'linux') throw error
  const us = process.geteuid!()
  const patience = (settings.hangTimeout || defaultHang) + margin
  const clock = runningClock()
  const began = clock.now()
  const told = new Set<number>()
  let looksInVain = 0
  let killed = false
  for (;;) {
    const holders = holdersOf(where)
    const orphans = holders.pids.flatMap((pid) => asOrphan(pid) ?? [])
    // Of our own processes, one that is not found is on its way out.
    const hidden = holders.hiddenUsers.filter((uid) => uid !== us && us !== 0)
    const known = new Set(orphans.map(({ pid }) => pid))
    const others = holders.pids.filter((pid) => !known.has(pid) && !isEnding(pid))
    if (orphans.length === 0) looksInVain++
    if (others.length + hidden.length > 0 || looksInVain > longestInVain) throw nameHolders(error, holders)
    for (const orphan of orphans.filter(({ pid }) => !told.has(pid))) {
      told.add(orphan.pid)
      settings.logger.warn(
        'place:taken',
        `port ${where.port} is still held by ${describeProcess(orphan.pid)}, whose primary is gone: ` +
          `${orphan.stopped ? 'it was stopped, and goes on now; ' : ''}it has ${patience} ms to leave`,
      )
      // It then answers what it has and leaves, as it would have without being stopped.
      signalOrphan(orphan, 'SIGCONT')
    }
    const waited = clock.now() - began
    if (waited > patience + killTime) throw nameHolders(error, holders)
    if (waited > patience && !killed) {
      killed = true
      for (const orphan of orphans) {
        settings.logger.error(
          'place:taken',
          `killing pid ${orphan.pid}: it hangs, and holds port ${where.port}`,
          { pid: orphan.pid },
        )
        signalOrphan(orphan, 'SIGKILL')
      }
    }
    await sleep(interval)
    try {
      return await tryListen()
    } catch (again) {
      if ((again as AddressInUse).code !== 'EADDRINUSE') throw again
    }
  }
}

function whereOf({ address, port }: AddressInUse): Where | undefined {
  if (port !== undefined && port >= 0) return { port, address }
  return address === undefined ? undefined : { path: address }
}

function nameHolders(error: AddressInUse, { pids, hiddenUsers }: Holders): AddressInUse {
  const names = [
    ...pids.map((pid) => describeProcess(pid)),
    ...hiddenUsers.map((uid) => `a process of user ${uid}`),
  ]
  if (names.length > 0) error.message += `, held by ${names.join(', ')}`
  return error
}
