import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { childrenOf, type Program, start } from '../support/program.ts'
import { ControlGroup, hasControlGroups, type Limits } from './control-group.ts'
import type { Image } from './image.ts'
import { beside, isolated, type Place } from './namespace.ts'

/** What `docker run` is told beside the image. */
export interface RunOptions extends Partial<Place> {
  /** In place of CMD. */
  command?: readonly string[]
  /** As `--init`: tini is PID 1. */
  init?: boolean
  /** Where no groups can be made, they are left out. */
  limits?: Limits
}

export interface Ran {
  code: number | null
  output: string
}

/** Namespaces are root's, or need settings that systems differ in. CI has tini, and fails without it. */
export const hasContainers =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  (existsSync('/usr/bin/tini') || Boolean(process.env['CI']))

/** An image that runs, as far as that can be had without Docker: on this machine's network, with this machine's programs. */
export class Container {
  readonly program: Program
  readonly #image: Image
  readonly #place: Place

  constructor(t: TestContext, image: Image, options: RunOptions = {}) {
    const { command = image.command, init = false, limits, ...more } = options
    this.#image = image
    const environment = { HOME: image.user.home, ...image.environment, ...more.environment }
    this.#place = { ...image, ...more, environment }
    // The entrypoint of Node's images becomes the command.
    const words = [
      ...(init ? ['tini', '--'] : []),
      'sh',
      '-c',
      'exec "$@"',
      'docker-entrypoint.sh',
      ...command,
    ]
    const group = limits && hasControlGroups ? new ControlGroup(limits) : undefined
    // Descriptor 3 is for whoever knows of this test.
    const script = `${group?.enter ?? ''} exec unshare "$@" 3>&-`
    const nodeArgs = ['-ec', script, 'sh', ...isolated(this.#place, words)]
    const [file, ...args] = nodeArgs
    this.program = start(t, file!, { execPath: '/bin/sh', asGiven: true, args })
    t.after(() => group?.remove())
  }

  /** PID 1 of it, as this machine sees it. */
  get pid(): number {
    return childrenOf(this.program.pid)[0]!
  }

  /** PID 1 and all that is below it, as this machine sees them. */
  pids(): number[] {
    return family(this.pid)
  }

  /** Their command lines. */
  processes(): string[] {
    return this.pids().map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim())
  }

  /** As `docker kill`: the signal goes to PID 1. */
  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    process.kill(this.pid, signal)
  }

  /** As `docker stop`, without the end that it has a patience for. */
  stop(): void {
    this.kill(this.#image.stopSignal)
  }

  /** As `docker exec`. */
  exec(...command: string[]): Promise<Ran> {
    const child = spawn('nsenter', beside(this.pid, this.#place, command), {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    return new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, output }))
    })
  }

  /** What HEALTHCHECK runs. @returns whether it says healthy. */
  async isHealthy(): Promise<boolean> {
    return (await this.exec(...this.#image.check!.command)).code === 0
  }
}

function family(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(family)]
}
