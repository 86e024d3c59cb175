import { get } from './http.ts'
import { eventually } from './program.ts'

interface Told {
  slot: number
  state: string
  generation: number
}

/** Waits until a worker of server.js lists the workers as `right`: it is told a moment after the log is. */
export const toldWorkers = (port: number, right: (workers: Told[]) => boolean, what: string): Promise<void> =>
  eventually(async () => right(JSON.parse((await get(port, '/workers')).body) as Told[]), what)
