import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { eventually } from '../support/program.ts'
import { Front } from './front.ts'
import { example, Host, ip } from './host.ts'

/** The machine of the proxies, of Redis and of the clients, and two hosts behind a bridge. */
export class Lab {
  readonly folder: string = path.join(tmpdir(), `several-hosts-${randomUUID()}`)
  readonly hosts: Host[] = [new Host('host1', 11, this.folder), new Host('host2', 12, this.folder)]
  readonly haproxy = new Front('haproxy.cfg', true, this.folder)
  readonly haproxyWithout = new Front('haproxy.cfg', false, this.folder)
  readonly nginx = new Front('nginx.conf', true, this.folder)
  readonly nginxWithout = new Front('nginx.conf', false, this.folder)
  readonly fronts: Front[] = [this.haproxy, this.haproxyWithout, this.nginx, this.nginxWithout]
  #redis: ChildProcess | undefined

  async start(): Promise<void> {
    mkdirSync(this.folder)
    ip('link add hosts type bridge')
    ip('address add 10.0.0.1/24 dev hosts')
    ip('link set hosts up')
    const settings = ['--bind', '10.0.0.1', '--protected-mode', 'no', '--save', '', '--dir', this.folder]
    this.#redis = spawn('redis-server', settings, { stdio: 'ignore' })
    for (const host of this.hosts) {
      await host.connect()
      host.start()
    }
    for (const host of this.hosts) await host.program.listens()
    for (const front of this.fronts) await front.start()
    await this.areInUse()
  }

  /** Both HAProxys send to all hosts. */
  async areInUse(): Promise<void> {
    for (const proxy of [this.haproxy, this.haproxyWithout])
      for (const { name } of this.hosts) await eventually(() => proxy.sendsTo(name), `requests for ${name}`)
  }

  /** Runs the example's script. @returns what it wrote, and its exit code behind that. */
  async deploy(command: string, settle: number): Promise<string> {
    const child = spawn(
      process.execPath,
      ['deploy.js', command, ...this.hosts.map(({ address }) => address)],
      {
        cwd: example,
        env: { ...process.env, ON: this.#shell(), SETTLE: String(settle) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const output = Promise.all([text(child.stdout), text(child.stderr)])
    const [code] = (await once(child, 'close')) as [number]
    return `${(await output).join('')}exit code ${code}`
  }

  /** Runs a command on a host. */
  async on(host: Host, command: string): Promise<void> {
    const [code] = (await once(spawn(this.#shell(), [host.address, command]), 'exit')) as [number]
    if (code !== 0) throw new Error(`${host.name}: exit code ${code}: ${command}`)
  }

  /** In place of ssh. */
  #shell(): string {
    const file = path.join(this.folder, 'shell')
    const cases = this.hosts.map(({ address, folder, environment, entrance }) => {
      const variables = Object.entries(environment).map(([name, value]) => `${name}='${value}'`)
      return `${address}) cd ${folder}; exec env ${variables.join(' ')} ${entrance.join(' ')} sh -c "$2" ;;`
    })
    writeFileSync(file, `#!/bin/sh\ncase $1 in\n${cases.join('\n')}\nesac\n`)
    chmodSync(file, 0o755)
    return file
  }

  /** Writes another release of the program, for a host to fetch. */
  release(name: string, change: (program: string) => string): string {
    const file = path.join(this.folder, name)
    writeFileSync(file, change(readFileSync(path.join(example, 'app.js'), 'utf8')))
    return file
  }

  async dispose(): Promise<void> {
    for (const front of this.fronts) await front.end()
    for (const host of this.hosts) await host.dispose()
    this.#redis?.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}
