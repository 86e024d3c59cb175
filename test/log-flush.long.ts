import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { get } from './support/http.ts'
import { eventually, isAlive, sendSignal } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const fixture = fileURLToPath(new URL('../fixtures/fills-log.js', import.meta.url))

/** How long a process would take to end, many times over, if it did not wait for its reader. */
const leaving = 500

/** A program whose stdout is a pipe that is not read until the gate opens. */
class Slow {
  readonly #child: ChildProcess
  readonly #gate: string
  log = ''
  lines = 0

  constructor(context: TestContext, env: Record<string, string>) {
    const folder = temporaryFolder()
    this.#gate = path.join(folder, 'gate')
    execFileSync('mkfifo', [this.#gate])
    const command = `'${process.execPath}' '${fixture}' | { read line < '${this.#gate}'; cat; }`
    this.#child = spawn('sh', ['-c', command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, NODE_OPTIONS: undefined, ...env },
    })
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.log += text))
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.lines += text.split('\n').length - 1
    })
    context.after(() => sendSignal(this.pid, 'SIGKILL'))
  }

  /** Of the program, once it listens. */
  get pid(): number | undefined {
    const [, pid] = /(?:primary|single mode \()\s?pid (\d+)/.exec(this.log) ?? []
    return pid === undefined ? undefined : Number(pid)
  }

  async listens(): Promise<number> {
    const listening = /listening on \S*?:(\d+), .*pid \d+/
    await eventually(() => listening.test(this.log), 'it listens')
    return Number(listening.exec(this.log)![1])
  }

  open(): void {
    writeFileSync(this.#gate, 'open\n')
  }

  async ends(): Promise<void> {
    await once(this.#child, 'close')
  }
}

describe('a slow pipe', { skip: process.platform === 'win32' && 'needs sh' }, () => {
  const cases: [name: string, path: string, env: Record<string, string>, lines: number][] = [
    ['a worker that drains', '/drain', { WORKERS: '1' }, 3000],
    ['a worker whose app exits', '/exit', { WORKERS: '1' }, 3000],
    ['a worker that crashes', '/throw', { WORKERS: '1' }, 3000],
    ['the primary', '/', { WORKERS: '1', LATE: '1' }, 3000],
    ['single mode', '/drain', { WORKERS: '0' }, 3000],
  ]
  for (const [name, url, env, lines] of cases)
    it(`gets all that was written before the end: ${name}`, async (t) => {
      const program = new Slow(t, env)
      const port = await program.listens()
      const end = program.ends()
      // That of a process which exits may never come.
      const answer = get(port, url).catch(() => {})
      if (url === '/') await answer
      else await eventually(() => program.log.includes('fills its log'), 'it writes')
      sendSignal(program.pid, 'SIGTERM')
      await sleep(leaving)
      program.open()
      await end
      assert.equal(program.lines, lines)
    })

  it('that is not read at all keeps no process', async (t) => {
    const program = new Slow(t, { WORKERS: '2' })
    const port = await program.listens()
    const { pid } = program
    await Promise.all(Array.from({ length: 4 }, () => get(port, '/drain')))
    sendSignal(pid, 'SIGTERM')
    await eventually(() => !isAlive(pid!), 'it ends')
    await eventually(() => /worker 0 \(pid \d+\) is gone: drained/.test(program.log), 'it says so')
    program.open()
    await program.ends()
  })
})
