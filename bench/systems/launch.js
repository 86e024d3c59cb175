// Starting programs of Node, and ending whatever they have started.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { kill } from '../tools/kill.js'
import { killTree } from '../tools/processes.js'

const running = new Set()
process.once('exit', () => running.forEach((child) => kill(child.pid, 'SIGKILL')))

/**
 * @param setting `descriptors`, as `ulimit -n` would; `logReader` for its stdout and stderr in a
 *   pipe that can lose its reader; `app`, what answer.js knows as WITH; `keepAliveTimeout`.
 * @param ipc with a channel, for a program that obeys.
 */
export function launch(args, { descriptors, logReader, env, cwd, ipc = false }) {
  const command = [process.execPath, ...args]
  // Both limits: Node raises the soft one to the hard one.
  if (descriptors) command.unshift('prlimit', `--nofile=${descriptors}`)
  const reader = logReader && openReader()
  const output = reader ? reader.descriptor : 'ignore'
  const stdio = ['ignore', output, output, ...(ipc ? ['ipc'] : [])]
  const child = spawn(command[0], command.slice(1), { env, cwd, stdio })
  if (reader) closeSync(reader.descriptor)
  running.add(child)
  child.once('exit', () => running.delete(child))
  return { child, reader: reader?.process }
}

export async function end({ child, reader }) {
  await killTree(child.pid)
  kill(reader?.pid, 'SIGKILL')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** A process that reads, and the end of its pipe to write to: a pipe as the shell makes it, not Node's socket. */
function openReader() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pipe-'))
  const pipe = path.join(folder, 'pipe')
  execFileSync('mkfifo', [pipe])
  const reader = spawn('cat', [pipe], { stdio: 'ignore' })
  // Waits until it is read from.
  const descriptor = openSync(pipe, 'w')
  rmSync(folder, { recursive: true })
  return { process: reader, descriptor }
}
