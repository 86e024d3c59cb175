import type { ErrorInfo, ReloadLine } from '@clustered/core/control'
import { colors, errorColors } from '../colors.ts'
import { chooseRunning } from '../choose.ts'
import { CliError } from '../errors.ts'
import { plain, plainLines, toJsonText } from '../plain.ts'

type End = Extract<ReloadLine, { event: 'end' }>

/** @returns the exit code: 0 only if every slot runs the new code. */
export async function reload(name: string, { json }: { json?: boolean }): Promise<number> {
  const { client, name: its } = await chooseRunning(name)
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
