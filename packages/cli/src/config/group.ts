import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { fileURLToPath } from 'node:url'
import { colors } from '../colors.ts'
import { Prefix } from './prefix.ts'

/** Set in the primary of one of several programs: what is to be said of their file has been said. */
export const ofGroup = 'CLUSTERED_OF_GROUP'

const main = fileURLToPath(new URL('../main.js', import.meta.url))

const colours = [colors.cyan, colors.yellow, colors.green, colors.magenta, colors.blue, colors.red]

/** What ends the programs, and what is passed on to them as it is. */
const stops = ['SIGINT', 'SIGTERM', 'SIGQUIT'] as const
const passed = ['SIGUSR2', 'SIGHUP'] as const

interface Member {
  name: string
  /** What `clustered start` is given for it. */
  argv: string[]
}

/**
 * Runs several programs in this terminal, each with a primary of its own, until
 * all have ended. A program that fails ends the others: whoever has started
 * this starts it again as a whole.
 * @returns the exit code: 0, or that of the first that failed.
 */
export async function runGroup(
  members: readonly Member[],
  { prefix = true }: { prefix?: boolean },
): Promise<number> {
  const group = new Group()
  const width = Math.max(...members.map(({ name }) => name.length))
  const labels = members.map(({ name }, index) => {
    const label = `${name.padEnd(width)} | `
    return prefix ? colours[index % colours.length]!(label) : ''
  })
  const release = group.takeSignals()
  const codes = await Promise.all(members.map((member, index) => group.run(member, labels[index]!)))
  release()
  return group.failure ?? codes.find((code) => code !== 0) ?? 0
}

/** Called in the primary of one of several programs: it does not outlive what has started it. */
export function leaveWithGroup(): void {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'))
}

class Group {
  /** The exit code of the first that failed. */
  failure: number | undefined
  readonly #children = new Set<ChildProcess>()
  #stopping = false

  async run({ name, argv }: Member, label: string): Promise<number> {
    // In a process group of its own: Ctrl-C reaches this process alone, which passes it on once.
    const child = spawn(process.execPath, [...process.execArgv, main, 'start', ...argv], {
      detached: true,
      env: { ...process.env, [ofGroup]: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#children.add(child)
    const written = [child.stdout!, child.stderr!].map((stream, index) =>
      new Prefix(label, index === 0 ? process.stdout : process.stderr).pass(stream),
    )
    const code = await new Promise<number>((resolve) => {
      child.once('error', (error) => {
        console.error(`[clustered] ${name} could not be started: ${error.message}`)
        resolve(1)
      })
      child.once('exit', (exitCode, signal) => {
        // It had not begun yet.
        const isStopped = this.#stopping && signal === 'SIGTERM'
        resolve(isStopped ? 0 : (exitCode ?? 128 + constants.signals[signal!]))
      })
    })
    this.#children.delete(child)
    await Promise.all(written)
    if (code !== 0 && !this.#stopping) this.#fail(name, code)
    return code
  }

  /** @returns what gives them back. */
  takeSignals(): () => void {
    const stop = (): void => this.#stop()
    const pass = (signal: NodeJS.Signals): void => {
      // A terminal that closes.
      if (signal === 'SIGHUP' && (process.stdout.isTTY || process.stdin.isTTY)) this.#stop()
      else this.#send(signal)
    }
    for (const signal of stops) process.on(signal, stop)
    for (const signal of passed) process.on(signal, pass)
    return () => {
      for (const signal of stops) process.off(signal, stop)
      for (const signal of passed) process.off(signal, pass)
    }
  }

  #fail(name: string, code: number): void {
    this.failure ??= code
    if (this.#children.size === 0) return
    console.error(`[clustered] ${name} has ended with exit code ${code}: the others are stopped`)
    this.#stop()
  }

  /** A second time, it ends them at once. */
  #stop(): void {
    this.#stopping = true
    this.#send('SIGTERM')
  }

  #send(signal: NodeJS.Signals): void {
    for (const child of this.#children) child.kill(signal)
  }
}
