import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { childrenOf } from './program.ts'
import { temporaryFolder } from './temporary-folder.ts'

const main = fileURLToPath(new URL('../../../packages/cli/dist/main.js', import.meta.url))

export interface Ran {
  code: number
  stdout: string
  stderr: string
}

/**
 * A user with nothing running: a home, a runtime folder, a folder with a
 * project, and the command. What is started here ends with the test.
 */
export class Desk {
  readonly root: string = temporaryFolder()
  readonly project: string = path.join(this.root, 'project')
  readonly runtime: string = path.join(this.root, 'runtime')
  readonly env: Record<string, string | undefined>

  constructor(context: TestContext) {
    const [home, bin] = [path.join(this.root, 'home'), path.join(this.root, 'bin')]
    for (const folder of [this.project, this.runtime, home, bin]) mkdirSync(folder, { mode: 0o700 })
    const command = path.join(bin, 'clustered')
    writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`)
    chmodSync(command, 0o755)
    this.env = {
      PATH: `${bin}:${process.env['PATH']}`,
      HOME: home,
      XDG_RUNTIME_DIR: this.runtime,
      PWD: this.project,
      TERM: 'dumb',
      TMPDIR: this.root,
      // Root would see what other tests run as other users.
      CLUSTERED_USER: String(process.getuid?.() ?? ''),
    }
    context.after(() => this.#leave())
  }

  get sockets(): string[] {
    const folder = path.join(this.runtime, 'clustered')
    try {
      return readdirSync(folder).map((name) => path.join(folder, name))
    } catch {
      return []
    }
  }

  write(name: string, text: string): void {
    const file = path.join(this.project, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }

  /** Starts the command and leaves it running. */
  spawn(args: string[], env: Record<string, string | undefined> = {}): ChildProcess {
    return spawn(process.execPath, [main, ...args], { cwd: this.project, env: { ...this.env, ...env } })
  }

  /** Runs the command to its end. */
  run(...args: string[]): Promise<Ran> {
    const child = this.spawn(args)
    const ran: Ran = { code: -1, stdout: '', stderr: '' }
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (ran.stdout += text))
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (ran.stderr += text))
    return new Promise((resolve) => child.on('close', (code) => resolve({ ...ran, code: code ?? -1 })))
  }

  /** Runs the command with `--json`. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout, stderr } = await this.run(...args, '--json')
    try {
      return JSON.parse(stdout) as T
    } catch {
      throw new Error(`no JSON from clustered ${args.join(' ')}: ${stdout}${stderr}`)
    }
  }

  async #leave(): Promise<void> {
    for (const socket of this.sockets) {
      const primary = Number.parseInt(path.basename(socket), 10)
      if (!this.#hasStarted(primary)) continue
      for (const pid of [...childrenOf(primary), primary])
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // Gone already.
        }
    }
  }

  /** A socket may be pretended, or left by the dead: what has the pid of its name can be anybody's. */
  #hasStarted(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(this.root)
    } catch {
      return false
    }
  }
}

/** What `clustered list --json` has of each program, as far as tests look. */
export interface Listed {
  name: string
  state: string
  pid: number
  slots: number
  generation: number
  restarts: number
  daemon: boolean
  totals: { ready: number; memory: number }
  workers: { slot: number; pid: number; state: string; generation: number; vitals?: { inFlight: number } }[]
}

/** An app that knows nothing of Clustered: it says `version` at `/`, its pid at `/pid`, and takes 5 s for `/check`. */
export function plainApp(version: string, extra = ''): string {
  return `
    const http = require('http')
    ${extra}
    http.createServer((request, response) => {
      if (request.url === '/check') return setTimeout(() => response.end('checked by ' + process.pid), 5000)
      if (request.url === '/pid') return response.end(String(process.pid))
      if (request.url === '/log') console.log(JSON.stringify({ message: 'a line', version: ${JSON.stringify(version)} }))
      if (request.url === '/env') return response.end(String(process.env.COLOUR) + ' ' + process.argv.slice(2))
      response.end(${JSON.stringify(version)})
    }).listen(Number(process.env.PORT))
  `
}
