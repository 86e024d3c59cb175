import { setTimeout as sleep } from 'node:timers/promises'
import type { ProgramStatus } from '@clustered/core/control'
import { ControlClient } from './control-client.ts'
import { CliError } from './errors.ts'
import { warn } from './print.ts'

/** How a primary answered: with its program's status, not at all, or there is none. */
export type Answer =
  | { socket: string; status: ProgramStatus; client: ControlClient }
  | { socket: string; silent: true }
  | undefined

/** What a primary does that is just ending, or has as many clients as it takes. */
const hangsUp = new Set(['ECONNRESET', 'EPIPE', 'EAGAIN'])

/** In ms: a primary that ends is gone by then. */
const pause = 100

/** Asks whoever listens there, if it is to be trusted. */
export async function ask(socket: string): Promise<Answer> {
  const client = new ControlClient(socket)
  for (let tries = 1; ; tries++)
    try {
      return { socket, status: await client.program(), client }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (hangsUp.has(code ?? '')) {
        if (tries === 3) return { socket, silent: true }
        await sleep(pause)
        continue
      }
      // It has ended; or what is there is another user's, and is not asked.
      if (!(error instanceof CliError)) return undefined
      if (code !== 'ERR_CLUSTERED_NO_ANSWER') warn(message)
      return { socket, silent: true }
    }
}
