import { spawn } from 'node:child_process'
import type { Cluster } from '@clustered/core'
import type { Log } from '@clustered/core/control'
import { healthLine } from './health-line.ts'

/** In ms: what systemd is told of a program whose state changes more often. */
const pause = 1000

/**
 * Where systemd wants to be told, if it has started us with `Type=notify`.
 * Taken out of the environment: the app in the workers has no business with it.
 */
export function takeNotify(): string | undefined {
  const { NOTIFY_SOCKET } = process.env
  delete process.env['NOTIFY_SOCKET']
  return NOTIFY_SOCKET
}

/** Node has no datagrams over unix sockets; systemd's own tool has. */
export function notifySystemd(cluster: Cluster, socket: string, log: Log): void {
  const tell = (...states: string[]): void => {
    const env = { ...process.env, NOTIFY_SOCKET: socket }
    spawn('systemd-notify', [`--pid=${process.pid}`, ...states], { env, stdio: 'ignore' })
      .on('error', (error) => log.warn('systemd', `systemd-notify: ${error.message}`))
      .unref()
  }
  const status = (): string => `STATUS=${healthLine(cluster.state, cluster.slots)}`
  let timer: NodeJS.Timeout | undefined
  const tellSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      if (cluster.state !== 'closing') tell(status())
    }, pause).unref()
  }
  cluster.ready.then(
    () => tell('--ready', status()),
    () => {},
  )
  cluster.on('state', tellSoon)
  cluster.on('close', () => tell('STOPPING=1'))
}
