import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlClient } from './control-client.ts'
import { CliError } from './errors.ts'
import type { RunningProgram } from './programs.ts'
import { writeRecord } from './record.ts'

/** How much longer (in ms) than its drain timeout a program may take to end: the primary's own margin, and some. */
const margin = 10_000

const lookEvery = 50

/**
 * Stops the program and waits until it is gone.
 * @throws {CliError} ERR_CLUSTERED_STILL_RUNNING
 */
export async function stopProgram({ name, client, status, record }: RunningProgram): Promise<void> {
  const patience = status.shutdownDelay + status.drainTimeout + margin
  await client.close()
  if (record) writeRecord({ ...record, stopped: true })
  const deadline = Date.now() + patience
  while (await runs(client)) {
    if (Date.now() > deadline)
      throw new CliError(
        'ERR_CLUSTERED_STILL_RUNNING',
        `'${name}' (pid ${status.pid}) was told to stop and still runs after ${patience} ms. To end it at once: kill ${status.pid}`,
      )
    await sleep(lookEvery)
  }
}

async function runs(client: ControlClient): Promise<boolean> {
  try {
    await client.program()
    return true
  } catch (error) {
    // Blocked is not gone.
    return error instanceof CliError
  }
}
