import { rm } from 'node:fs'
import { privateSocketName } from '../../private-socket-name.ts'
import type { ProcessEvents } from './system.ts'

/** A worker that was killed leaves the file of its private socket behind, if it had one. */
export function withoutSocket(
  id: string | undefined,
  folders: readonly string[],
  events: ProcessEvents,
): ProcessEvents {
  if (id === undefined) return events
  return {
    ...events,
    exit: (...how) => {
      for (const folder of folders) rm(privateSocketName(folder, process.pid, id), { force: true }, () => {})
      events.exit(...how)
    },
  }
}
