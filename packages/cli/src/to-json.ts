import type { ProgramStatus } from '@clustered/core/control'
import { stateOf } from './columns.ts'
import type { Program } from './programs.ts'
import { logFiles } from './record.ts'
import { totals } from './totals.ts'

/** A program as `--json` shows it. */
export function toJson(program: Program): object {
  const { name, user, status, record, client, silent } = program
  return {
    ...describeRunning(status),
    ...(silent && { pid: silent.pid }),
    name,
    user,
    state: stateOf(program),
    daemon: record !== undefined,
    logs: record ? logFiles(record.name) : null,
    socket: client?.socket ?? silent?.socket ?? null,
  }
}

function describeRunning(status: ProgramStatus | undefined): object {
  return status ? { ...status, totals: totals(status) } : {}
}
