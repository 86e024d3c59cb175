import { spawnSync } from 'node:child_process'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Program, start } from './program.ts'

const fixtures = fileURLToPath(new URL('../../fixtures/', import.meta.url))

/** Debian's package `systemd` has it. CI does too, and fails without it. */
const activate = '/usr/bin/systemd-socket-activate'

export const hasNoSystemdTools: string | false =
  !process.env['CI'] && spawnSync(activate, ['--version']).status !== 0 && 'systemd is not installed'

/** A program that systemd's own tool starts, when somebody connects to one of its sockets. */
export interface Activated {
  /** Ports, paths, names that begin with an @. */
  sockets: readonly (string | number)[]
  names?: readonly string[]
  datagram?: boolean
  env?: Record<string, string>
}

export function activated(
  t: TestContext,
  file: string,
  { sockets, names, datagram, env = {} }: Activated,
): Program {
  const words = [
    ...sockets.map((socket) => `--listen=${socket}`),
    ...(names ? [`--fdname=${names.join(':')}`] : []),
    ...(datagram ? ['--datagram'] : []),
    ...Object.entries({ NODE_EXTRA_CA_CERTS: '', ...env }).map(
      ([name, value]) => `--setenv=${name}=${value}`,
    ),
  ]
  return start(t, path.join(fixtures, file), { execPath: activate, nodeArgs: [...words, process.execPath] })
}

/** Stands for systemd: what it is told is its output, a line of JSON for each message. */
export class NotifySocket {
  readonly #program: Program

  static async open(t: TestContext, where: string): Promise<NotifySocket> {
    const socket = new NotifySocket(t, where)
    await socket.#program.sees(/Listening on/)
    return socket
  }

  private constructor(t: TestContext, where: string) {
    this.#program = activated(t, 'receives-datagrams.js', { sockets: [where], datagram: true })
  }

  /** The variables of each message so far. That one is read is no message to systemd. */
  get told(): Record<string, string>[] {
    const messages = [...this.#program.output.matchAll(/^told (.*)$/gm)].map(
      ([, text]) => JSON.parse(text!) as string,
    )
    return messages
      .filter((text) => text !== 'BARRIER=1')
      .map(
        (text) =>
          Object.fromEntries(text.split('\n').map((line) => line.split(/=(.*)/s).slice(0, 2))) as Record<
            string,
            string
          >,
      )
  }

  /** Waits for a message with such variables, and returns it with its place among all. */
  async hears(
    wanted: Record<string, RegExp>,
    from = 0,
  ): Promise<{ message: Record<string, string>; at: number }> {
    return this.#program.until(
      () => {
        const { told } = this
        const at = told.findIndex(
          (message, index) =>
            index >= from && Object.entries(wanted).every(([name, text]) => text.test(message[name] ?? '\0')),
        )
        return at >= 0 && { message: told[at]!, at }
      },
      `message with ${Object.entries(wanted)
        .map(([name, text]) => `${name}=${text}`)
        .join(', ')}`,
    )
  }
}
