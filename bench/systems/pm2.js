// In cluster mode, configured as its pages on graceful starts and stops say: it waits until a worker has said that it
// is ready, and gives one that ends its requests more than the 1.6 s of its default. Each start has a home, and so a
// daemon, of its own.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { kill } from '../tools/kill.js'
import { childrenOf, processesWith } from '../tools/processes.js'
import { launch } from './launch.js'
import { started } from './started.js'

/** In ms, for a command of pm2. */
const timeout = 60_000

export const pm2 = {
  name: 'pm2',
  packages: { pm2: '7.0.4' },
  async start({ folder, port, workers, setting }) {
    const home = mkdtempSync(path.join(folder, 'pm2-'))
    const command = path.join(folder, 'node_modules/pm2/bin/pm2')
    const env = { ...process.env, PORT: String(port), WITH: setting.app ?? '', PM2_HOME: home }
    const run = (...args) =>
      promisify(execFile)(process.execPath, [command, ...args], { env, timeout, maxBuffer: 1e8 })
    const file = path.join(home, 'ecosystem.json')
    writeFileSync(file, JSON.stringify({ apps: [app(folder, workers)] }))
    // Its daemon writes to files of its own, and in the foreground to stdout.
    const foreground = setting.logReader ? ['--no-daemon'] : []
    const { child, reader } = launch([command, 'start', file, ...foreground], { ...setting, env })
    const daemon = () => (setting.logReader ? child.pid : Number(readFileSync(path.join(home, 'pm2.pid'))))
    const running = {
      get root() {
        return daemon()
      },
      reader,
      workers: () => childrenOf(daemon()),
      scale: (count) => run('scale', 'app', String(count)),
      reload: () => run('reload', 'app'),
      async stop() {
        kill(reader?.pid, 'SIGKILL')
        // Those it starts as well, while others end.
        for (
          let left = processesWith(`PM2_HOME=${home}`);
          left.length > 0;
          left = processesWith(`PM2_HOME=${home}`)
        ) {
          for (const pid of left) kill(pid, 'SIGKILL')
          await sleep(50)
        }
        process.off('exit', leaveNothing)
        rmSync(home, { recursive: true, force: true, maxRetries: 5 })
      },
    }
    const leaveNothing = () => processesWith(`PM2_HOME=${home}`).forEach((pid) => kill(pid, 'SIGKILL'))
    // The daemon is no child of ours, and would stay.
    process.once('exit', leaveNothing)
    return started(running, port, workers)
  },
}

function app(folder, workers) {
  return {
    name: 'app',
    script: path.join(folder, 'programs/pm2.js'),
    exec_mode: 'cluster',
    instances: workers,
    wait_ready: true,
    listen_timeout: 10_000,
    kill_timeout: 10_000,
  }
}
