import { setTimeout as sleep } from 'node:timers/promises'
import colors from 'picocolors'
import { choose, howToStart } from '../choose.ts'
import { painted, programColumns, stateOf, workerColumns } from '../columns.ts'
import { toJsonText } from '../plain.ts'
import { Screen } from '../screen.ts'
import { findPrograms, isRunning, type Program } from '../programs.ts'
import { shown } from '../shown.ts'
import { table } from '../table.ts'
import { toJson } from '../to-json.ts'

/** In ms: workers say how they are once a second. */
const refresh = 1000

/** Every program and its workers, live. Where nobody is looking, once. */
export async function top(name: string | undefined, { json }: { json?: boolean }): Promise<void> {
  if (json) return console.log(toJsonText((await look(name)).map(toJson), 2))
  if (!process.stdout.isTTY) return console.log(draw((await look(name)).map(shown)))
  const screen = new Screen()
  try {
    while (!screen.left) {
      screen.show(draw((await look(name)).map(shown)))
      await Promise.race([sleep(refresh), screen.leaving])
    }
  } finally {
    screen.close()
  }
}

async function look(name: string | undefined): Promise<Program[]> {
  return name === undefined ? findPrograms() : [await choose(name)]
}

function draw(programs: readonly Program[]): string {
  const header = `${colors.bold('clustered')}  ${new Date().toLocaleTimeString()}  ${colors.dim('q to quit')}`
  if (programs.length === 0) return `${header}\n\nNothing runs. ${howToStart}`
  const workers = programs.map((program) =>
    isRunning(program)
      ? `${colors.bold(program.name)} ${painted(stateOf(program))}\n${table(workerColumns, program.status.workers)}`
      : undefined,
  )
  return [header, table(programColumns, programs), ...workers.filter((part) => part !== undefined)].join(
    '\n\n',
  )
}
