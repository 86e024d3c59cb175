import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Desk } from './desk.ts'
import { get } from './http.ts'
import { freePort } from './port.ts'

/** At /flood?lines=N, a worker writes numbered lines in every way that there is, and a child of its does. */
const app = `
  const http = require('http')
  const fs = require('fs')
  const { Worker } = require('worker_threads')
  const { spawn } = require('child_process')
  const padding = 'x'.repeat(80)
  const ways = {
    console: (line) => console.log(line),
    stderr: (line) => console.error(line),
    sync: (line) => fs.writeSync(1, line + '\\n'),
    callback: (line) => fs.write(1, line + '\\n', () => {}),
  }
  const inThread = "const { parentPort } = require('worker_threads'); const fs = require('fs'); " +
    "parentPort.on('message', (line) => { fs.writeSync(1, line + '\\\\n') })"
  const thread = new Worker(inThread, { eval: true })
  thread.unref()
  ways.thread = (line) => thread.postMessage(line)
  const child = spawn('cat', { stdio: ['pipe', 'inherit', 'inherit'] })
  ways.child = (line) => child.stdin.write(line + '\\n')
  let number = 0
  http.createServer((request, response) => {
    const lines = Number(new URL(request.url, 'http://x').searchParams.get('lines'))
    for (let count = 0; count < lines; count++) {
      number++
      for (const way of Object.keys(ways))
        if (way !== 'child' || number % 50 === 0) ways[way](way + ' ' + process.pid + ' ' + number + ' ' + padding)
    }
    response.end(String(process.pid) + ' ' + number)
  }).listen(Number(process.env.PORT))
`

/** A daemon called `app` whose workers write numbered lines. */
export class LoggingDaemon {
  readonly desk: Desk
  readonly folder: string
  /** How many lines each worker has written of each kind, by pid. */
  readonly written = new Map<string, number>()
  #port = 0

  constructor(t: TestContext) {
    this.desk = new Desk(t)
    this.folder = path.join(this.desk.root, 'home/.local/state/clustered/daemons/app')
  }

  async start(workers: number, ...flags: string[]): Promise<void> {
    this.#port = await freePort()
    this.desk.env['PORT'] = String(this.#port)
    this.desk.write('app.js', app)
    const ran = await this.desk.run('start', 'app.js', '-i', String(workers), '--daemon', ...flags)
    assert.equal(ran.code, 0, ran.stderr)
  }

  async flood(lines: number): Promise<void> {
    const answers = await Promise.all(Array.from({ length: 4 }, () => get(this.#port, `/?lines=${lines}`)))
    for (const { body } of answers) {
      const [pid, number] = body.split(' ')
      this.written.set(pid!, Math.max(this.written.get(pid!) ?? 0, Number(number)))
    }
  }

  read(file: string): string {
    const bytes = readFileSync(path.join(this.folder, file))
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
  }

  rotated(name: string): number {
    return readdirSync(this.folder).filter((file) => file.startsWith(`${name}.log.`) && /\d$/.test(file))
      .length
  }

  /** All files but the oldest. */
  newer(name: string): string {
    const rotated = Array.from({ length: this.rotated(name) - 1 }, (_, index) => `${name}.log.${index + 1}`)
    return [`${name}.log`, ...rotated].map((file) => this.read(file)).join('')
  }

  compressed(name: string): number {
    return readdirSync(this.folder).filter((file) => file.startsWith(`${name}.log.`) && file.endsWith('.gz'))
      .length
  }

  /** Lines of each way and worker that are in no file, and those that are in one twice. */
  count(): { lost: string[]; twice: string[]; total: number } {
    const seen = new Map<string, number>()
    for (const file of readdirSync(this.folder).filter((name) => /\.log(\.\d+)?(\.gz)?$/.test(name)))
      for (const line of this.read(file).split('\n')) {
        const [, id] = /^(\w+ \d+ \d+) x{80}$/.exec(line) ?? []
        if (id) seen.set(id, (seen.get(id) ?? 0) + 1)
      }
    const expected: string[] = []
    for (const [pid, number] of this.written)
      for (const way of ['console', 'stderr', 'sync', 'callback', 'thread', 'child'])
        for (let line = 1; line <= number; line++)
          if (way !== 'child' || line % 50 === 0) expected.push(`${way} ${pid} ${line}`)
    const twice = [...seen].flatMap(([id, times]) => (times > 1 ? id : []))
    return { lost: expected.filter((id) => !seen.has(id)), twice, total: expected.length }
  }
}
