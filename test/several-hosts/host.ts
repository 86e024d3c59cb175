import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readlinkSync, symlinkSync, copyFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { eventually, Program, sendSignal } from '../support/program.ts'

/** examples/several-hosts */
export const example = fileURLToPath(new URL('../../../examples/several-hosts/', import.meta.url))

export const ip = (words: string): void => void execFileSync('ip', words.split(' '))

const networkOf = (pid: number | 'self'): string => readlinkSync(`/proc/${pid}/ns/net`)

/** A network namespace with one address, a folder for the program, and whoever runs the program there. */
export class Host {
  readonly name: string
  readonly address: string
  readonly folder: string
  /** Each start of the program; the last one runs, or has ended. */
  readonly programs: Program[] = []
  /** Somebody works at it: what ends is not started again. */
  isInMaintenance = false
  #holder: ChildProcess | undefined

  /** @param number the last one of its address */
  constructor(name: string, number: number, parent: string) {
    this.name = name
    this.address = `10.0.0.${number}`
    this.folder = path.join(parent, name)
  }

  /** Makes it, and connects it to the bridge `hosts`. */
  async connect(): Promise<void> {
    for (const folder of ['state', 'run'])
      mkdirSync(path.join(this.folder, folder), { recursive: true, mode: 0o700 })
    for (const file of ['server.js', 'app.js', 'one-of-all-hosts.js', 'package.json'])
      copyFileSync(path.join(example, file), path.join(this.folder, file))
    symlinkSync(path.join(example, 'node_modules'), path.join(this.folder, 'node_modules'))
    this.#holder = spawn('unshare', ['--net', 'sleep', 'infinity'], { stdio: 'ignore' })
    const { pid } = this.#holder
    await eventually(() => networkOf(pid!) !== networkOf('self'), `${this.name} has its network`)
    const mac = `02:00:00:00:00:${this.address.split('.').at(-1)}`
    ip(`link add ${this.name} type veth peer name eth0 address ${mac} netns ${pid}`)
    ip(`link set ${this.name} master hosts up`)
    // As through a router: what is sent to a host without a link is lost, and nobody hears of it.
    ip(`neigh replace ${this.address} lladdr ${mac} dev hosts nud permanent`)
    this.#here('ip', 'link', 'set', 'lo', 'up')
    this.#here('ip', 'address', 'add', `${this.address}/24`, 'dev', 'eth0')
    this.#here('ip', 'link', 'set', 'eth0', 'up')
  }

  /** The environment of whoever works on it. */
  get environment(): Record<string, string> {
    return {
      ADDRESS: this.address,
      CLUSTERED_NAME: 'shop',
      WEB_CONCURRENCY: '2',
      XDG_STATE_HOME: path.join(this.folder, 'state'),
      XDG_RUNTIME_DIR: path.join(this.folder, 'run'),
      PATH: `${path.join(example, 'node_modules/.bin')}:${process.env['PATH']}`,
    }
  }

  /** What a command there begins with. */
  get entrance(): string[] {
    return ['nsenter', '--target', String(this.#holder!.pid), '--net', '--']
  }

  get program(): Program {
    return this.programs.at(-1)!
  }

  /** Keeps the program running, as systemd does. */
  start(): void {
    const [command, ...entrance] = this.entrance
    const program = new Program('server.js', {
      cwd: this.folder,
      env: this.environment,
      execPath: command!,
      nodeArgs: [...entrance, process.execPath],
      asGiven: true,
    })
    this.programs.push(program)
    program.child.once('exit', () => {
      if (!this.isInMaintenance) this.start()
    })
  }

  /** `kill -9` of all that runs there. */
  async die(): Promise<void> {
    this.isInMaintenance = true
    const here = networkOf(this.#holder!.pid!)
    const others = () => processes().filter((pid) => pid !== this.#holder!.pid && isIn(here, pid))
    await eventually(() => {
      const pids = others()
      for (const pid of pids) sendSignal(pid, 'SIGKILL')
      return pids.length === 0
    }, `${this.name} is dead`)
  }

  cutLink(): void {
    ip(`link set ${this.name} down`)
  }

  mendLink(): void {
    ip(`link set ${this.name} up`)
  }

  #here(...command: string[]): void {
    const [file, ...args] = [...this.entrance, ...command]
    execFileSync(file!, args)
  }

  async dispose(): Promise<void> {
    if (!this.#holder) return
    await this.die()
    this.#holder.kill('SIGKILL')
  }
}

/** All but this one and what began it. */
export const processes = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && pid !== process.pid)

function isIn(network: string, pid: number): boolean {
  try {
    return networkOf(pid) === network
  } catch {
    return false
  }
}
