import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { Desk } from './desk.ts'
import { get } from './http.ts'
import { load, type Load, nodeClients } from './load.ts'
import { eventually, type Program, start } from './program.ts'

/** The program `shop`, of `fixtures/inside.js`, and somebody who operates it. */
export class Shop {
  readonly desk: Desk
  readonly program: Program
  port = 0

  static async open(t: TestContext, options: object = {}, env: Record<string, string> = {}): Promise<Shop> {
    const desk = new Desk(t)
    const program = start(t, 'inside.js', {
      env: { ...desk.env, ...env, OPTIONS: JSON.stringify({ workers: 2, name: 'shop', ...options }) },
    })
    const shop = new Shop(desk, program)
    shop.port = await program.listens()
    await eventually(() => desk.sockets.length === 1, 'the control socket')
    return shop
  }

  private constructor(desk: Desk, program: Program) {
    this.desk = desk
    this.program = program
  }

  /** A file of the operator's. */
  file(name: string): string {
    return path.join(this.desk.project, name)
  }

  /** What the operator has there, hidden files too. */
  get files(): string[] {
    return readdirSync(this.desk.project)
  }

  /** Clients that keep their connections, and clients that do not. */
  load(): Load {
    const what = { expect: 'hello' }
    return load([...nodeClients(4, this, what), ...nodeClients(4, this, what, false)])
  }

  /** Asks until a worker of that pid has answered, on one connection after the other. */
  async pidOf(slot: number): Promise<number> {
    const [{ workers }] = (await this.desk.json<{ workers: { slot: number; pid: number }[] }[]>('list')) as [
      { workers: { slot: number; pid: number }[] },
    ]
    return workers.find((worker) => worker.slot === slot)!.pid
  }

  /** A request that holds a worker until `release`. @returns what it is answered. */
  hold(route: string): { answer: Promise<{ body: string }>; release: () => void } {
    const name = `released-${Math.random()}`
    const file = path.join(this.desk.root, name)
    const answer = get(this.port, `${route}?until=${file}`)
    answer.catch(() => {})
    return { answer, release: () => this.desk.write(`../${name}`, '') }
  }
}

/** Starts the command, and waits until it says that. */
export async function says(child: ChildProcess, pattern: RegExp): Promise<RegExpExecArray> {
  let text = ''
  const found = new Promise<RegExpExecArray>((resolve, reject) => {
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (more: string) => {
        const match = pattern.exec((text += more))
        if (match) resolve(match)
      })
    child.once('close', () => reject(new Error(`it has not said ${pattern}: ${text}`)))
  })
  return found
}

/** As Ctrl-C does. @returns the exit code. */
export async function interrupt(child: ChildProcess): Promise<number | null> {
  const closed = once(child, 'close')
  child.kill('SIGINT')
  const [code] = (await closed) as [number | null]
  return code
}

export interface Look {
  slot: number
  pid: number
  loop: string
  stack?: string[]
  look?: { request?: string; inFlight: { total: number } }
}

/** The one worker whose loop stands. */
export async function eventuallyStanding({ desk }: Shop): Promise<Look> {
  let standing: Look | undefined
  await eventually(async () => {
    standing = (await desk.json<Look[]>('stack', 'shop')).find(({ loop }) => loop === 'stands')
    return standing !== undefined
  }, 'a worker that stands')
  return standing!
}
