import { execFileSync } from 'node:child_process'
import { constants, lstatSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * A pipe for both stdout and stderr of a program: what comes by two is read in
 * any order.
 * @returns `writer` is a descriptor, to be closed once the program has it.
 */
export function openPipe(): { reader: net.Socket; writer: number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-pipe-'))
  const name = path.join(folder, 'pipe')
  execFileSync('mkfifo', [name])
  const fd = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = openSync(name, 'w')
  rmSync(folder, { recursive: true })
  // That has looked at a pipe, which node-internals/last-stat.ts is about.
  lstatSync('/')
  return { reader: new net.Socket({ fd, writable: false }), writer }
}
