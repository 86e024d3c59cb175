import { setTimeout as sleep } from 'node:timers/promises'
import { choose, howToStart } from '../choose.ts'
import { colors } from '../colors.ts'
import { painted, programColumns, stateOf, workerColumns } from '../columns.ts'
import { everyonesPrograms } from '../everyone.ts'
import { toJsonText } from '../plain.ts'
import { Screen } from '../screen.ts'
import { isRunning, type Program } from '../programs.ts'
import { select, type Selection } from '../select.ts'
import { shown } from '../shown.ts'
import { table } from '../table.ts'
import { toJson } from '../to-json.ts'

/** In ms: workers say how they are once a second. */
const refresh = 1000

/** Every program and its workers, live. Where nobody is looking, once. */
export async function top(name: string | undefined, flags: Selection & { json?: boolean }): Promise<void> {
  select([], flags)
  const look = async (): Promise<Program[]> =>
    select(name === undefined ? await everyonesPrograms() : [await choose(name)], flags)
  if (flags.json) return console.log(toJsonText((await look()).map(toJson), 2))
  if (!process.stdout.isTTY) return console.log(draw(await look()).join('\n'))
  const header = (): string =>
    `${colors.bold('clustered')}  ${new Date().toLocaleTimeString()}  ${colors.dim('q to quit')}`
  // Before the screen is taken: what there is to say about the name stays on it.
  let programs = await look()
  const screen = new Screen()
  try {
    for (;;) {
      screen.show([header(), '', ...draw(programs)])
      await Promise.race([sleep(refresh), screen.leaving])
      if (screen.left) return
      programs = await look()
    }
  } finally {
    screen.close()
  }
}

/** @returns its lines. */
function draw(programs: readonly Program[]): string[] {
  if (programs.length === 0) return [`Nothing runs. ${howToStart}`]
  const safe = programs.map(shown)
  const workers = safe.flatMap((program) =>
    isRunning(program) && program.status.workers.length > 0
      ? [
          '',
          `${colors.bold(program.name)} ${painted(stateOf(program))}`,
          table(workerColumns, program.status.workers),
        ]
      : [],
  )
  return [table(programColumns, safe), ...workers].join('\n').split('\n')
}
