import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ControlClient } from './control-client.ts'
import { CliError } from './errors.ts'
import { isSame } from './process-identity.ts'
import type { RunningProgram } from './programs.ts'
import { readRecord, writeRecord } from './record.ts'

/** How much longer (in ms) than its drain timeout a program may take to end: the primary's own margin, and some. */
const margin = 10_000

const lookEvery = 50

/**
 * Stops the program and waits until it is gone.
 * @throws {CliError} ERR_CLUSTERED_STILL_RUNNING
 */
export async function stopProgram(program: RunningProgram): Promise<void> {
  const { name, status } = program
  const patience = status.shutdownDelay + status.drainTimeout + margin
  await tellToStop(program)
  const deadline = performance.now() + patience
  while (await runs(program)) {
    if (performance.now() > deadline)
      throw new CliError(
        'ERR_CLUSTERED_STILL_RUNNING',
        `'${name}' (pid ${status.pid}) was told to stop and still runs after ${patience} ms.${status.pid ? ` To end it at once: kill -9 ${status.pid}` : ''}`,
      )
    await sleep(lookEvery)
  }
}

async function tellToStop(program: RunningProgram): Promise<void> {
  const { client, record } = program
  try {
    await client.close()
  } catch (error) {
    // Gone before it could say so is what was wanted.
    if (await runs(program)) throw error
  }
  // It may have been started anew meanwhile, or be deleted.
  if (record && readRecord(record.name)?.pid === record.pid) writeRecord({ ...record, stopped: true })
}

async function runs({ client, record }: RunningProgram): Promise<boolean> {
  return (record !== undefined && isSame(record.pid, record.identity)) || answers(client)
}

async function answers(client: ControlClient): Promise<boolean> {
  try {
    await client.program()
    return true
  } catch (error) {
    // Blocked, or too busy with its end to answer, is not gone.
    const { code } = error as NodeJS.ErrnoException
    return error instanceof CliError || code === 'ECONNRESET' || code === 'EAGAIN'
  }
}
