import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { asGiven } from '@clustered/core/control'
import { awaitReady, ended, holdEndSignals } from './await-ready.ts'
import { CliError } from './errors.ts'
import { identityOf } from './process-identity.ts'
import { findPrograms, isRunning, pidOf, type RunningProgram } from './programs.ts'
import {
  type DaemonRecord,
  type LogFiles,
  forgetStart,
  logFiles,
  makeDaemonFolder,
  readRecord,
  writeRecord,
} from './record.ts'
import { openLogFile } from './state-folder.ts'

/** Set in the process that is to be a daemon: its parent waits to hear that it is ready. */
export const daemonVariable = 'CLUSTERED_DAEMON'

const main = fileURLToPath(new URL('main.js', import.meta.url))

/**
 * Starts `clustered start ...argv` as a primary of its own session, which
 * writes to its log files and nowhere else, and waits until it is ready.
 * To be called with the name's lock held.
 *
 * @param argv what follows `start`, without `--daemon`.
 * @param cwd its working directory, by name.
 * @param elsewhere its log files, if they are not where all are.
 * @throws {CliError} ERR_CLUSTERED_BOOT_FAILED with what it had to say,
 * ERR_CLUSTERED_INTERRUPTED if this command was told to end meanwhile.
 */
export async function startDaemon(
  name: string,
  argv: string[],
  cwd: string,
  elsewhere: Partial<LogFiles> = {},
): Promise<RunningProgram> {
  makeDaemonFolder(name)
  const before = readRecord(name)
  const files = logFiles(name, elsewhere)
  const { err: errFile } = files
  const letGo = holdEndSignals()
  const [child, logged] = spawnDaemon(files, argv, cwd)
  // Remembered before it is ready: whatever becomes of this command, it can be found.
  const record = { ...newRecord(name, child.pid ?? 0, argv, cwd), logs: elsewhere }
  if (child.pid !== undefined) writeRecord(record)
  const boot = await awaitReady(child)
  letGo()
  if (boot !== 'ready') {
    putBack(name, before)
    throw boot === 'failed' ? bootFailed(name, errFile, logged) : interrupted(name, boot)
  }
  child.disconnect()
  child.unref()
  const program = (await findPrograms()).find((found) => pidOf(found) === child.pid)
  if (program && isRunning(program)) {
    writeRecord({ ...record, socket: program.client.socket })
    return program
  }
  // One that nobody can operate is not left behind.
  child.kill('SIGTERM')
  child.ref()
  await ended(child)
  putBack(name, before)
  throw bootFailed(name, errFile, logged, 'it was ended, as no command could operate it')
}

function spawnDaemon(files: LogFiles, argv: string[], cwd: string): [child: ChildProcess, logged: number] {
  const [out, err] = [openLogFile(files.out), openLogFile(files.err)]
  try {
    const logged = statSync(files.err).size
    const child = spawn(process.execPath, [...process.execArgv, main, 'start', ...argv], {
      cwd,
      detached: true,
      env: { ...process.env, ...asGiven(), PWD: cwd, [daemonVariable]: '1' },
      stdio: ['ignore', out, err, 'ipc'],
    })
    return [child, logged]
  } finally {
    closeSync(out)
    closeSync(err)
  }
}

function newRecord(name: string, pid: number, argv: string[], cwd: string): DaemonRecord {
  const identity = identityOf(pid)
  return {
    name,
    pid,
    ...(identity !== undefined && { identity }),
    socket: '',
    argv,
    cwd,
    startedAt: Date.now(),
    stopped: false,
  }
}

/**
 * To be called before what runs is stopped for it.
 * @throws {CliError} ERR_CLUSTERED_NO_FOLDER
 */
export function checkFolder(name: string, cwd: string): void {
  if (existsSync(cwd)) return
  throw new CliError(
    'ERR_CLUSTERED_NO_FOLDER',
    `'${name}' was started in ${cwd}, which is not there any more. Start it from where it is now: ` +
      `clustered stop ${name}, then clustered start app.js --daemon --name ${name}`,
  )
}

/** How it was started before counts again; its logs are there in either case. */
function putBack(name: string, before: DaemonRecord | undefined): void {
  if (before) writeRecord(before)
  else forgetStart(name)
}

function bootFailed(name: string, errFile: string, since: number, why = ''): CliError {
  const said = readFileSync(errFile).subarray(since).toString().trimEnd()
  return new CliError(
    'ERR_CLUSTERED_BOOT_FAILED',
    `'${name}' did not come up${why && `: ${why}`}. It said:\n${said}\n`,
  )
}

function interrupted(name: string, signal: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_INTERRUPTED',
    `${signal} before '${name}' was ready: it was ended, and does not run.`,
  )
}
