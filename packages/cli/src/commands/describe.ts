import type { ProgramStatus, ScaleBounds } from '@clustered/core/control'
import { choose } from '../choose.ts'
import { containerOf, generationText, painted, stateOf, workerColumns } from '../columns.ts'
import { bytes, duration } from '../format.ts'
import { whatToDo } from '../not-responding.ts'
import { print } from '../print.ts'
import type { Program } from '../programs.ts'
import { logFiles } from '../record.ts'
import { shown } from '../shown.ts'
import { slotLines } from '../slot-lines.ts'
import { table } from '../table.ts'
import { toJson } from '../to-json.ts'
import { isActing } from '../users.ts'

export async function describe(name: string, { json }: { json?: boolean }): Promise<void> {
  const program = await choose(name)
  print(json, toJson(program), () => text(shown(program)))
}

/** Nobody takes what the program logs: its file system is full, say. */
function lostLines({ primary, workers }: ProgramStatus): string | undefined {
  const lost = [primary.lostLog, ...workers.map(({ vitals }) => vitals?.lostLog)]
  const [last] = lost.filter((one) => one !== undefined).toSorted((a, b) => b.at - a.at)
  return last && `${last.code}, the last one ${duration(Date.now() - last.at)} ago`
}

/** Where `onLead` is called, if the program has it. */
function leadOf({ workers }: ProgramStatus): string | undefined {
  const leader = workers.find(({ leads }) => leads)
  return leader && `slot ${leader.slot} (pid ${leader.pid})`
}

function byLoad({ min, max, held }: ScaleBounds): string {
  const range = `${min} to ${max} as the load needs`
  return held ? `as asked for; ${range} from the next reload on` : range
}

function text(program: Program): string {
  const { name, status, record, silent } = program
  const facts: [string, string | undefined][] = [
    ['name', name],
    ['user', isActing() ? program.user : undefined],
    ['state', painted(stateOf(program))],
    ['what to do', silent && whatToDo(silent)],
    ['address', status?.address ?? undefined],
    ['entry file', status?.entry],
    ['folder', status?.cwd ?? record?.cwd],
    ['primary', status && `pid ${status.pid}, ${bytes(status.primary.rss)}, Node ${status.version}`],
    ['primary', silent && `pid ${silent.pid}`],
    ['uptime', status && duration(Date.now() - status.startedAt)],
    ['generation', status && generationText(status)],
    ['workers', status?.bounds ? `${status.slots}, ${byLoad(status.bounds)}` : undefined],
    ['lead', status && leadOf(status)],
    ['balance', status?.balance ?? undefined],
    ['drain timeout', status && `${status.drainTimeout} ms`],
    ['restarts', status && String(status.restarts)],
    ['container', status && containerOf(status)],
    ['started by', record && `clustered start --daemon ${record.argv.join(' ')}`],
    ['logs', record && Object.values(logFiles(record.name)).join(', ')],
    ['log lines lost', status && lostLines(status)],
    ['control socket', program.client?.socket ?? silent?.socket],
  ]
  const lines = facts.flatMap(([fact, value]) => (value === undefined ? [] : `${fact.padEnd(15)} ${value}`))
  if (!status) return lines.join('\n')
  const slots = slotLines(status.bySlot ?? [], Date.now())
  return [
    ...lines,
    '',
    table(workerColumns, status.workers),
    ...(slots.length > 0 ? ['', ...slots] : []),
  ].join('\n')
}
