import type { WorkerLook } from '@clustered/core/control'
import { chooseRunning } from '../choose.ts'
import { age, lookAt, type SlotFlags, slotFlag, whySilent } from '../inside.ts'
import { plain } from '../plain.ts'
import { print } from '../print.ts'
import { type Column, table } from '../table.ts'

type Known = Extract<WorkerLook, { loop: 'turns' | 'stands' }>
type Request = NonNullable<Known['look']>['inFlight']['requests'][number] & { slot: number; pid: number }

const columns: Column<Request>[] = [
  { title: 'for', of: (request) => age(request.age), align: 'right' },
  { title: 'slot', of: ({ slot }) => String(slot), align: 'right' },
  { title: 'request', of: ({ method, path }) => plain(`${method} ${path}`) },
  { title: 'route', of: ({ route }) => plain(route ?? ''), spare: 2 },
  { title: 'client', of: ({ client, forwardedFor }) => plain(forwardedFor ?? client ?? ''), spare: 1 },
  { title: 'answer', of: ({ answering }) => (answering ? 'has begun' : 'not yet'), spare: 3 },
]

/** What is in flight in each worker, the oldest first. */
export async function requests(name: string, flags: SlotFlags & { query?: boolean }): Promise<void> {
  const slot = slotFlag(flags, undefined)
  const program = await chooseRunning(name)
  const looks = await lookAt(program, slot, flags.query ?? false)
  const all = looks
    .flatMap((worker) => inFlightOf(worker)?.requests.map((request) => ({ ...worker, ...request })) ?? [])
    .toSorted((one, other) => other.age - one.age)
  const sum = (of: 'total' | 'eventStreams' | 'upgraded'): number =>
    looks.reduce((total, worker) => total + (inFlightOf(worker)?.[of] ?? 0), 0)
  const counts = { total: sum('total'), eventStreams: sum('eventStreams'), upgraded: sum('upgraded') }
  const rows = all.map(toRow)
  const unknown = looks.filter((worker) => !inFlightOf(worker))
  const json = { requests: rows, ...counts, workers: looks.map(summary) }
  print(flags.json, json, () =>
    [
      ...(rows.length > 0 ? [table(columns, rows)] : []),
      `${counts.total} in flight${counts.total > rows.length ? ` (the oldest ${rows.length} are shown)` : ''}; ` +
        `${counts.eventStreams} event streams, ${counts.upgraded} WebSockets and other upgrades`,
      ...looks
        .filter(isStanding)
        .map(
          ({ slot: its, pid }) => `slot ${its} (pid ${pid}) stands still: clustered stack ${program.name}`,
        ),
      ...unknown.map(lastKnown),
    ].join('\n'),
  )
}

/** Without what is known of its worker. */
function toRow(request: Request): Request {
  const { slot, pid, method, path, age: its, protocol, client, forwardedFor, route, answering } = request
  return { slot, pid, method, path, age: its, protocol, client, forwardedFor, route, answering }
}

function inFlightOf(worker: WorkerLook): NonNullable<Known['look']>['inFlight'] | undefined {
  return worker.loop === 'silent' ? undefined : worker.look?.inFlight
}

function isStanding(worker: WorkerLook): boolean {
  return worker.loop === 'stands'
}

/** Of those that cannot be asked. */
function lastKnown(worker: WorkerLook): string {
  const { slot, pid, lastKnown: known } = worker
  const why = worker.loop === 'silent' ? whySilent(worker) : 'cannot be asked where it stands'
  const last = known ? `: ${known.inFlight} in flight when it last said so, ${age(known.ago)} ago` : ''
  return `slot ${slot} (pid ${pid}) ${why}${last}`
}

function summary(worker: WorkerLook): object {
  const { slot, pid, state, generation, loop, lastKnown: known } = worker
  const { total, eventStreams, upgraded } = inFlightOf(worker) ?? {}
  return { slot, pid, state, generation, loop, total, eventStreams, upgraded, lastKnown: known }
}
