import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import type { Desk } from './desk.ts'

const patience = 60_000

/** A shell in a real pseudo-terminal, in which a user types. */
export class Terminal {
  output = ''
  readonly #child: ChildProcess
  #look: () => void = () => {}

  constructor(context: TestContext, desk: Desk, env: Record<string, string>) {
    this.#child = spawn('script', ['-qfc', 'bash --norc --noprofile', '/dev/null'], {
      cwd: desk.project,
      env: { ...desk.env, ...env, PS1: '$ ' },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
        this.#look()
      })
    context.after(() => this.close())
  }

  /** Types, without waiting for anything. */
  type(text: string): void {
    this.#child.stdin!.write(text)
  }

  /** Types a command and waits for its end. */
  async run(command: string): Promise<{ code: number; output: string }> {
    const since = this.output.length
    this.type(`${command}; echo "<$?>"\n`)
    const [, output = '', code] = await this.sees(/([^]*)<(\d+)>/, since)
    return { code: Number(code), output }
  }

  async sees(pattern: RegExp, since = 0): Promise<RegExpExecArray> {
    const deadline = setTimeout(() => this.#look(), patience)
    const end = Date.now() + patience
    try {
      return await new Promise((resolve, reject) => {
        this.#look = () => {
          const match = pattern.exec(this.output.slice(since))
          if (match) resolve(match)
          else if (Date.now() >= end)
            reject(new Error(`The terminal never showed ${pattern}:\n${this.output}`))
        }
        this.#look()
      })
    } finally {
      clearTimeout(deadline)
    }
  }

  /** As if its window were closed. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exit = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exit
  }
}
