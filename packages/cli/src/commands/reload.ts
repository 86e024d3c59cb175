import type { ErrorInfo, ReloadLine } from '@clustered/core/control'
import { colors, errorColors } from '../colors.ts'
import { asRunning, chooseRunning } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { withEach } from '../each.ts'
import { CliError } from '../errors.ts'
import { plain, plainLines, toJsonText } from '../plain.ts'
import { isRunning, type RunningProgram } from '../programs.ts'

type End = Extract<ReloadLine, { event: 'end' }>

/** @returns the exit code: 0 only if every slot runs the new code. */
export async function reload(names: string[], { json }: { json?: boolean }): Promise<number> {
  if (!meansSeveral(names)) return reloadOne(await chooseRunning(names[0]!), json)
  const meant = await chooseSeveral(names)
  const programs = meant.filter(({ program, isNamed }) => isNamed || isRunning(program) || program.silent)
  return withEach(
    programs.map(({ program }) => program),
    { json },
    async (program) => {
      const began = Date.now()
      const end = await lastLine(asRunning(program))
      const { generation, slots } = end
      return {
        did: `every slot (${slots}) runs generation ${generation}, after ${Date.now() - began} ms`,
        json: { generation, slots },
      }
    },
  )
}

/** Without a word of its steps. @throws {CliError} what a reload fails with. */
async function lastLine(program: RunningProgram): Promise<Extract<End, { ok: true }>> {
  let end: End | undefined
  for await (const line of program.client.reload()) if (line.event === 'end') end = line
  if (!end) throw wentAway(program.name)
  if (end.ok) return end
  const { code, message, stack } = end.error
  throw new CliError(String(code), [message, stack].filter((part) => typeof part === 'string').join('\n\n'))
}

async function reloadOne({ client, name: its }: RunningProgram, json: boolean | undefined): Promise<number> {
  const began = Date.now()
  let end: End | undefined
  for await (const line of client.reload()) {
    if (line.event === 'end') end = line
    if (json) console.log(toJsonText(line))
    else if (line.event !== 'end') console.log(describeStep(line))
  }
  if (json && end) return end.ok ? 0 : 1
  if (end?.ok)
    console.log(
      `${colors.green('done')}: every slot of ${its} (${Number(end.slots)}) runs generation ${Number(end.generation)}, after ${Date.now() - began} ms`,
    )
  else if (end) console.error(describeFailure(end.error))
  else throw wentAway(its)
  return end?.ok ? 0 : 1
}

export function describeStep(line: Exclude<ReloadLine, End>): string {
  if (line.event === 'reload:start') return `reload to generation ${line.generation}`
  const { slot, pid, generation } = line.worker
  const event: string = line.event
  const step = {
    'worker:boot': () => 'boots',
    'worker:ready': () => `is ready after ${'bootTime' in line ? line.bootTime : 0} ms`,
    'worker:drain': () => `drains: ${'reason' in line ? line.reason : ''}`,
    'worker:exit': () => `is gone: ${'reason' in line ? line.reason : ''}`,
  }[event]
  return `  slot ${slot}  ${colors.dim(`generation ${generation}, pid ${pid}`)}  ${plain(step?.() ?? event)}`
}

function describeFailure({ message, code, stack }: ErrorInfo): string {
  return [
    `${errorColors.red('error:')} ${plainLines(message)} ${errorColors.dim(`(${plain(code)})`)}`,
    ...(typeof stack === 'string' ? ['', plainLines(stack)] : []),
  ].join('\n')
}

function wentAway(name: string): CliError {
  return new CliError(
    'ERR_CLUSTERED_NO_ANSWER',
    `the primary of '${name}' went away during the reload. To see what is left: clustered list`,
  )
}
