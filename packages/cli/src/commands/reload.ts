import type { ReloadLine } from '@clustered/core/control'
import colors from 'picocolors'
import { chooseRunning } from '../choose.ts'

type End = Extract<ReloadLine, { event: 'end' }>

/** @returns the exit code: 0 only if every slot runs the new code. */
export async function reload(name: string, { json }: { json?: boolean }): Promise<number> {
  const { client, name: its } = await chooseRunning(name)
  const began = Date.now()
  let end: End | undefined
  for await (const line of client.reload()) {
    if (line.event === 'end') end = line
    if (json) console.log(JSON.stringify(line))
    else if (line.event !== 'end') console.log(describeStep(line))
  }
  if (json) return end?.ok ? 0 : 1
  if (end?.ok)
    console.log(
      `${colors.green('done')}: every slot of ${its} (${end.slots}) runs generation ${end.generation}, after ${Date.now() - began} ms`,
    )
  else console.error(describeFailure(its, end))
  return end?.ok ? 0 : 1
}

function describeStep(line: Exclude<ReloadLine, End>): string {
  if (line.event === 'reload:start') return `reload to generation ${line.generation}`
  const { slot, pid, generation } = line.worker
  const step = {
    'worker:boot': () => 'boots',
    'worker:ready': () => `is ready after ${'bootTime' in line ? line.bootTime : 0} ms`,
    'worker:drain': () => `drains: ${'reason' in line ? line.reason : ''}`,
    'worker:exit': () => `is gone: ${'reason' in line ? line.reason : ''}`,
  }[line.event]
  return `  slot ${slot}  ${colors.dim(`generation ${generation}, pid ${pid}`)}  ${step()}`
}

function describeFailure(name: string, end: Exclude<End, { ok: true }> | undefined): string {
  if (!end)
    return `${colors.red('error:')} the primary of '${name}' went away during the reload ${colors.dim('(ERR_CLUSTERED_NO_ANSWER)')}`
  const { message, code, stack } = end.error
  return [
    `${colors.red('error:')} ${message} ${colors.dim(`(${code})`)}`,
    ...(stack ? ['', stack] : []),
  ].join('\n')
}
