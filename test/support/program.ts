import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { TestContext } from 'node:test'
import { checkBundle } from './bundled.ts'
import { openPipe } from './pipe.ts'

checkBundle()

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** Far above what anything here takes, so that only what never comes runs into it. */
const patience = 120_000

export interface ProgramOptions {
  env?: Record<string, string | undefined>
  args?: string[]
  nodeArgs?: string[]
  cwd?: string
  /** The file is given as it is, seen from `cwd`. */
  asGiven?: boolean
  /** Another Node.js than this one. */
  execPath?: string
}

/** How a call went: 'ok', or what it was rejected with. */
export type CallResult = 'ok' | { code: string; message: string; stack?: string }

const environment: NodeJS.ProcessEnv = {
  ...process.env,
  // What the test runner leaves there is not for programs.
  NODE_TEST_CONTEXT: undefined,
  NODE_OPTIONS: undefined,
  // With these, Node 20 takes three times as long to start.
  NODE_EXTRA_CA_CERTS: undefined,
}

/** A real program, started from `test/fixtures`, that ends with its test. */
export class Program {
  readonly child: ChildProcess
  /** Everything it and its workers have written, stdout and stderr together, in the order in which they wrote it. */
  output = ''
  /** Neither it nor a worker of its is left that could write more. */
  readonly silent: Promise<unknown>
  readonly #lookers = new Set<() => void>()
  readonly #exit: Promise<[number | null, NodeJS.Signals | null]>

  constructor(file: string, options: ProgramOptions = {}) {
    const { env = {}, args = [], nodeArgs = [], cwd, asGiven, execPath = process.execPath } = options
    const given = asGiven ? file : path.resolve(fixtures, file)
    const { reader, writer } = openPipe()
    this.child = spawn(execPath, [...nodeArgs, given, ...args], {
      cwd,
      env: { ...environment, ...env },
      stdio: ['ignore', writer, writer, 'ipc'],
    })
    closeSync(writer)
    reader.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
      for (const look of this.#lookers) look()
    })
    this.silent = once(reader, 'close')
    this.#exit = once(this.child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  }

  get pid(): number {
    return this.child.pid!
  }

  /** Waits until the output matches, counted from `since`, and returns the match. */
  async sees(pattern: RegExp, since = 0): Promise<RegExpExecArray> {
    return this.until(() => pattern.exec(this.output.slice(since)), `output matching ${pattern}`)
  }

  /** Waits until `look` returns something; it is asked again after each piece of output. */
  async until<T>(look: () => T | null | undefined | false, what: string): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    let again: () => void = () => {}
    try {
      return await new Promise<T>((resolve, reject) => {
        again = () => {
          const found = look()
          if (found) resolve(found)
        }
        const fail = (why: string) => reject(new Error(`No ${what}: ${why}. Its output:\n${this.output}`))
        timer = setTimeout(() => fail(`waited ${patience} ms`), patience)
        void this.silent.then(() => fail('the program has ended'))
        this.#lookers.add(again)
        again()
      })
    } finally {
      clearTimeout(timer)
      this.#lookers.delete(again)
    }
  }

  /** Waits until it listens and returns its port (0 for a unix socket). */
  async listens(): Promise<number> {
    const [, port] = await this.sees(/listening on \S*?(?::(\d+))?, /)
    return Number(port ?? 0)
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal)
  }

  /** Has the program call a method of its `Cluster`; only programs that listen for it do. */
  async call(method: 'reload' | 'close'): Promise<CallResult> {
    this.child.send(method)
    const signal = AbortSignal.timeout(patience)
    const [result] = (await once(this.child, 'message', { signal })) as [CallResult]
    return result
  }

  /** The pids of the workers that are alive now, straight from the kernel. */
  workers(): number[] {
    return childrenOf(this.pid)
  }

  /** One of them, at random; undefined while there is none. */
  anyWorker(): number | undefined {
    const workers = this.workers()
    return workers[Math.floor(Math.random() * workers.length)]
  }

  /** Waits for the end, and for all that it has written. @returns the exit code, or the signal's name. */
  async ends(): Promise<number | string> {
    const timeout = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`It did not end. Its output:\n${this.output}`)), patience).unref()
    })
    const [code, signal] = await Promise.race([this.#exit, timeout])
    // It is in the pipe, which is read once more before the second turn is over.
    await nextTurn()
    await nextTurn()
    return code ?? signal!
  }

  async dispose(): Promise<void> {
    // Once it has been waited for, its pid may be another's.
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const family = [...this.workers(), this.pid]
    for (const pid of family)
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // Gone already.
      }
    await this.#exit
  }
}

/** Starts a program that is ended, whatever happens, when the test is over. */
export function start(context: TestContext, file: string, options?: ProgramOptions): Program {
  const program = new Program(file, options)
  context.after(() => program.dispose())
  return program
}

export function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** As the kernel has it: R, S, T, Z, ...; undefined if there is no such process. */
export function stateOf(pid: number): string | undefined {
  try {
    return /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  } catch {
    return undefined
  }
}

export function isAlive(pid: number): boolean {
  // A zombie is dead, though its pid can still be signalled.
  return !['Z', undefined].includes(stateOf(pid))
}

/** Sends a signal to a process that may have gone by itself. */
export function sendSignal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid !== undefined && isAlive(pid)) process.kill(pid, name)
}

/** Waits until a condition holds that announces itself nowhere. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + patience
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, `never: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
