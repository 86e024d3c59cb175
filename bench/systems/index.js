// What is compared, in the order of the tables. Each says how it is started, and that then has
//
//   root         the pid of the process whose tree it is
//   workers()    the pids of its workers, if they are processes
//   reload()     if it has one; settles when it says that it is done
//   scale(n)     the same
//   stop()       at once, whatever it does; nothing stays
//   reader       what reads its output, where the setting says so
import { freePort } from '../../test/dist/support/port.js'
import { kernel, roundRobin } from './clustered.js'
import { nodeCluster } from './node-cluster.js'
import { oneProcess } from './one-process.js'
import { pm2 } from './pm2.js'
import { reusePort } from './reuse-port.js'
import { throng } from './throng.js'
import { watt } from './watt.js'

export const systems = [oneProcess, nodeCluster, reusePort, pm2, watt, throng, kernel, roundRobin]

/** What ratios are to. */
export const baseline = nodeCluster.name

/**
 * @param how `folder` is where the peers are; `workers`; `options` for clustered; `setting`, see launch.js.
 * @returns it, all of whose workers answer.
 */
export async function start(system, how) {
  const port = await freePort()
  const workers = system.isAlone ? 1 : how.workers
  const running = await system.start({ setting: {}, ...how, port, workers })
  return { system, name: system.name, port, count: workers, running }
}
