import type { ProgramStatus } from '@clustered/core/control'

/** What has been started: `2 workers on :8000, primary pid 4242`. */
export function runsLine({ slots, address, pid }: Pick<ProgramStatus, 'slots' | 'address' | 'pid'>): string {
  const where = address === null ? '' : ` on ${address}`
  return `runs: ${slots} ${slots === 1 ? 'worker' : 'workers'}${where}, primary pid ${pid}`
}
