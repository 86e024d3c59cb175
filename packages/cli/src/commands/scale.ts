import { chooseRunning } from '../choose.ts'
import { CliError } from '../errors.ts'
import { print } from '../print.ts'
import { toJson } from '../to-json.ts'

export async function scale(name: string, size: string, { json }: { json?: boolean }): Promise<void> {
  const wanted = parse(size)
  const program = await chooseRunning(name)
  const status = await program.client.scale(wanted)
  print(
    json,
    toJson({ ...program, status }),
    () =>
      `${program.name}: ${status.slots} ${status.slots === 1 ? 'worker' : 'workers'} (${program.status.slots} before)` +
      (status.bounds ? ', until the next reload' : ''),
  )
}

function parse(size: string): { workers: number } | { by: number } {
  const number = Number(size)
  if (!Number.isInteger(number) || size.trim() === '')
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `'${size}' is not a number of workers. Expected: 4, or +1, or -1.`,
    )
  return /^\s*[+-]/.test(size) ? { by: number } : { workers: number }
}
