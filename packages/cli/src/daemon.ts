import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { CliError } from './errors.ts'
import { findPrograms, isRunning, type RunningProgram } from './programs.ts'
import { logFiles, makeDaemonFolder, writeRecord } from './record.ts'

/** Set in the process that is to be a daemon: its parent waits to hear that it is ready. */
export const daemonVariable = 'CLUSTERED_DAEMON'

const main = fileURLToPath(new URL('main.js', import.meta.url))

/** What a daemon tells its parent once, before the two part. */
type DaemonMessage = 'ready'

/**
 * Starts `clustered start ...argv` as a primary of its own session, which
 * writes to its log files and nowhere else, and waits until it is ready.
 *
 * @param argv what follows `start`, without `--daemon`.
 * @throws {CliError} ERR_CLUSTERED_BOOT_FAILED with what it had to say.
 */
export async function startDaemon(name: string, argv: string[], cwd: string): Promise<RunningProgram> {
  makeDaemonFolder(name)
  const files = logFiles(name)
  const [out, err] = [files.out, files.err].map((file) => openSync(file, 'a', 0o600)) as [number, number]
  const logged = statSync(files.err).size
  const child = spawn(process.execPath, [...process.execArgv, main, 'start', ...argv], {
    cwd,
    detached: true,
    env: { ...process.env, ...(cwd !== process.cwd() && { PWD: cwd }), [daemonVariable]: '1' },
    stdio: ['ignore', out, err, 'ipc'],
  })
  closeSync(out)
  closeSync(err)
  if (!(await becomesReady(child))) throw bootFailed(name, files.err, logged)
  child.disconnect()
  child.unref()
  const program = (await findPrograms())
    .filter((found) => isRunning(found))
    .find(({ status }) => status.pid === child.pid)
  if (!program) throw bootFailed(name, files.err, logged)
  writeRecord({
    name,
    pid: program.status.pid,
    socket: program.client.socket,
    argv,
    cwd,
    startedAt: Date.now(),
    stopped: false,
  })
  return program
}

function becomesReady(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    child.once('message', (message: DaemonMessage) => resolve(message === 'ready'))
    child.once('error', () => resolve(false))
    child.once('exit', () => resolve(false))
  })
}

/** Called in the daemon. */
export function tellParentReady(): void {
  const message: DaemonMessage = 'ready'
  process.send?.(message)
}

function bootFailed(name: string, errFile: string, since: number): CliError {
  const said = readFileSync(errFile).subarray(since).toString().trimEnd()
  return new CliError('ERR_CLUSTERED_BOOT_FAILED', `'${name}' did not come up. It said:\n${said}\n`)
}
