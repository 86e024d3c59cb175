import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { text as read } from 'node:stream/consumers'
import { temporaryPaths } from '../support/nginx.ts'
import { type Load, load, nodeClients } from '../support/load.ts'
import { eventually } from '../support/program.ts'
import { example } from './host.ts'

/** What follows replaces what is in the example's file. */
type Changes = readonly (readonly [string | RegExp, string])[]

const withoutRetries: Record<string, Changes> = {
  'haproxy.cfg': [
    ['retries 2', 'retries 0'],
    [/ +(option redispatch|retry-on).*\n/g, ''],
  ],
  'nginx.conf': [['proxy_next_upstream error timeout', 'proxy_next_upstream off']],
}

/** HAProxy or nginx with the configuration of the example. */
export class Front {
  readonly name: string
  readonly retries: boolean
  readonly port: number
  readonly folder: string
  readonly #config: string
  #child: ChildProcess | undefined

  constructor(config: 'haproxy.cfg' | 'nginx.conf', retries: boolean, parent: string) {
    const proxy = config === 'nginx.conf' ? 'nginx' : 'HAProxy'
    this.retries = retries
    this.name = `${proxy}, ${retries ? 'with' : 'without'} retries`
    this.folder = path.join(parent, `${proxy}-${retries ? 'with' : 'without'}`)
    this.port = (proxy === 'nginx' ? 8090 : 8080) + (retries ? 0 : 1)
    this.#config = path.join(this.folder, config)
  }

  #configure(): void {
    const file = path.basename(this.#config)
    mkdirSync(this.folder)
    const changes: Changes = [
      ['8080', String(this.port)],
      ['8090', String(this.port)],
      ['/run/haproxy/', `${this.folder}/`],
      ['http {', `http { access_log off; ${temporaryPaths(this.folder)}`],
      ...(this.retries ? [] : withoutRetries[file]!),
    ]
    const original = readFileSync(path.join(example, file), 'utf8')
    writeFileSync(
      this.#config,
      changes.reduce((text, [what, by]) => text.replaceAll(what, by), original),
    )
  }

  async start(): Promise<void> {
    this.#configure()
    const nginx = [
      '-p',
      this.folder,
      '-e',
      'stderr',
      '-g',
      'daemon off; user root; worker_processes 1; pid pid;',
    ]
    const [command, args] = this.#config.endsWith('.cfg') ? ['haproxy', ['-db']] : ['nginx', nginx]
    this.#child = spawn(command, [...args, command === 'haproxy' ? '-f' : '-c', this.#config], {
      stdio: ['ignore', 'ignore', process.env['VERBOSE'] ? 'inherit' : 'ignore'],
    })
    await eventually(() => connects(this.port), `${this.name} listens`)
  }

  async end(): Promise<void> {
    if (!this.#child) return
    const ended = once(this.#child, 'exit')
    if (this.#child.kill('SIGTERM')) await ended
  }

  /** What HAProxy answers to a command of its runtime API. */
  ask(command: string): Promise<string> {
    return read(net.connect(path.join(this.folder, 'admin.sock')).end(`${command}\n`))
  }

  /** Whether HAProxy sends to the host. */
  async sendsTo(host: string): Promise<boolean> {
    const lines = (await this.ask('show stat')).split('\n').map((line) => line.split(','))
    const column = lines[0]!.indexOf('status')
    return lines.find(([backend, server]) => backend === 'shop' && server === host)![column] === 'UP'
  }
}

async function connects(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  )
  socket.destroy()
  return connected
}

/** What may be asked twice, and what may not. */
export interface Traffic {
  front: Front
  reads: Load
  writes: Load
}

const hello = /^hello (\d )?from 10\.0\.0\.1[12], worker \d+\n$/

/** How many of each kind: more, to measure what is lost. */
export const count = Number(process.env['CLIENTS'] ?? 1)

/** Clients that never retry. Few, as the machine is to have time for what is tested; but something is always under way. */
export function sendTraffic(front: Front): Traffic {
  const { port } = front
  const pace = { longestPause: 800 }
  const slow = { path: '/slow?ms=300' }
  const said = { method: 'POST', body: Buffer.alloc(3000, 'x'), expect: '3000 characters\n' }
  return {
    front,
    reads: load(
      [
        ...nodeClients(count, { port }, { expect: hello }),
        ...nodeClients(count, { port }, { expect: hello }, false),
        ...nodeClients(count, { port }, { ...slow, expect: hello }),
      ],
      pace,
    ),
    writes: load(
      [...nodeClients(count, { port }, said), ...nodeClients(count, { port }, { ...said, ...slow })],
      pace,
    ),
  }
}
