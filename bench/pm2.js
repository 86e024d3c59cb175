// A pm2 with a home, and so a daemon, of its own.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { kill } from './kill.js'

const installed = '/tmp/pm2/node_modules/pm2/bin/pm2'

/** Its command, unless it is not installed. */
export const pm2Command = process.env.PM2 ?? (existsSync(installed) ? installed : undefined)

/** In ms, for a command of pm2. */
const timeout = 60_000

/** @param environment of the daemon, and so of the app. */
export function newPm2(environment) {
  const home = mkdtempSync(path.join(tmpdir(), 'pm2-'))
  const env = { ...environment, PM2_HOME: home }
  const run = (...args) =>
    promisify(execFile)(process.execPath, [pm2Command, ...args], { env, timeout, maxBuffer: 1e8 })
  const endAtOnce = () => {
    for (const pid of processesOf(home)) kill(pid, 'SIGKILL')
  }
  const forget = () => rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  // It is no child of ours, and would stay.
  const leaveNothing = () => {
    endAtOnce()
    forget()
  }
  process.once('exit', leaveNothing)
  return {
    env,
    run,
    daemon: () => Number(readFileSync(path.join(home, 'pm2.pid'), 'utf8')),
    async end() {
      // Perhaps it does not answer any more.
      await run('kill').catch(() => {})
      // A command that finds no daemon starts one, even while another ends.
      while (processesOf(home).length > 0) {
        endAtOnce()
        await sleep(200)
      }
      process.off('exit', leaveNothing)
      forget()
    },
  }
}

/** What runs with this PM2_HOME, workers and commands included. */
function processesOf(home) {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`PM2_HOME=${home}`)
      } catch {
        // It has gone meanwhile, or is another user's.
        return false
      }
    })
    .map(Number)
}
