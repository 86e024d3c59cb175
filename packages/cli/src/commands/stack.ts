import type { WorkerLook } from '@clustered/core/control'
import { colors } from '../colors.ts'
import { chooseRunning } from '../choose.ts'
import { age, frames, lookAt, type SlotFlags, slotFlag, whySilent } from '../inside.ts'
import { plain } from '../plain.ts'
import { print } from '../print.ts'

/** So many of the requests of a worker whose loop turns are shown. */
const mostShown = 5

/** Where each worker is now, and in which request. */
export async function stack(name: string, flags: SlotFlags & { query?: boolean }): Promise<void> {
  const slot = slotFlag(flags, undefined)
  const program = await chooseRunning(name)
  const looks = await lookAt(program, slot, flags.query ?? false)
  print(flags.json, looks, () => looks.map((look) => text(look, program.name)).join('\n'))
}

function text(worker: WorkerLook, name: string): string {
  const { slot, pid, state } = worker
  const note = state === 'ready' ? '' : `, ${state}`
  const title = `${colors.bold(slot < 0 ? 'spare' : `slot ${slot}`)}  ${colors.dim(`pid ${pid}${note}`)}  `
  if (worker.loop === 'turns') return title + turning(worker, name).join('\n')
  if (worker.loop === 'stands') return title + standing(worker).join('\n')
  return title + colors.yellow(whySilent(worker))
}

function turning({ utilization, look }: WorkerLook & { loop: 'turns' }, name: string): string[] {
  const { requests, total } = look.inFlight
  const busy = utilization === undefined ? '' : `, ${Math.round(utilization * 100)} % busy`
  const more = total - mostShown
  return [
    `its loop turns${busy}; ${total === 0 ? 'no request' : total} in flight`,
    ...requests
      .slice(0, mostShown)
      .map(({ age: its, method, path }) => `    for ${age(its)}: ${plain(`${method} ${path}`)}`),
    ...(more > 0 ? [`    and ${more} more: clustered requests ${name}`] : []),
  ]
}

function standing({ stalledFor, stack: its, busy, look }: WorkerLook & { loop: 'stands' }): string[] {
  const since = `stands still for ${Math.round(Number(stalledFor))} ms`
  if (busy)
    return [
      `${since}: ${busy === 'debugger' ? 'its inspector is open, and a debugger may hold it' : 'it writes a heap snapshot'}`,
    ]
  const request = look?.request ? `, on ${plain(look.request)}` : ''
  if (its.length === 0)
    return [
      colors.red(`${since}, in a native call that cannot be interrupted: where, is known when it returns`),
    ]
  return [colors.red(since + request), ...frames(its)]
}
