import { spawn } from 'node:child_process'
import type { Cluster } from '@clustered/core'

/** Tells systemd how it goes, if it is systemd that started us with `Type=notify`. */
export function notifySystemd(cluster: Cluster): void {
  const { NOTIFY_SOCKET } = process.env
  if (!NOTIFY_SOCKET) return
  // The app in the workers has no business with it.
  delete process.env['NOTIFY_SOCKET']
  // Node has no datagrams over unix sockets; systemd's own tool has.
  const tell = (...states: string[]): void => {
    const env = { ...process.env, NOTIFY_SOCKET }
    spawn('systemd-notify', [`--pid=${process.pid}`, ...states], { env, stdio: 'ignore' })
      .on('error', (error) => console.error(`[clustered] warning: systemd-notify: ${error.message}`))
      .unref()
  }
  cluster.ready.then(
    () => tell('--ready'),
    () => {},
  )
  cluster.on('close', () => tell('STOPPING=1'))
}
