import { execFileSync } from 'node:child_process'
import { constants, lstatSync, openSync, rmSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * A pipe for both stdout and stderr of a program: what comes by two is read in
 * any order.
 * @returns `writer` is a descriptor, to be closed once the program has it.
 */
export function openPipe(): { reader: net.Socket; writer: number } {
  const folder = temporaryFolder()
  const name = path.join(folder, 'pipe')
  execFileSync('mkfifo', [name])
  const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(name, 'w')
  rmSync(folder, { recursive: true })
  // That has looked at a pipe, which node-internals/last-stat.ts is about.
  lstatSync('/')
  return { reader: new net.Socket({ fd, writable: false }), writer }
}
