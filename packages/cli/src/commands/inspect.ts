import { chooseRunning } from '../choose.ts'
import { numberFlag, oneSlot, type SlotFlags } from '../inside.ts'
import { plain, toJsonText } from '../plain.ts'

interface InspectFlags extends SlotFlags {
  minutes?: string | number
}

/** Minutes. */
const [usual, longest] = [10, 24 * 60]

/** Opens a worker's inspector, for as long as this command runs. */
export async function inspect(name: string, flags: InspectFlags): Promise<void> {
  const minutes = numberFlag('--minutes', flags.minutes, usual, longest)
  const program = await chooseRunning(name)
  const slot = oneSlot('inspect', program, flags)
  const lines = program.client.follow('/v1/inspect', { slot, minutes })
  // Hanging up closes it.
  process.once('SIGINT', () => process.exit(0))
  for await (const line of lines)
    if (flags.json) console.log(toJsonText({ slot, ...line }))
    else if (line.event === 'open') console.log(opened(slot, minutes, line))
    else if (line.event === 'end') console.log(`closed: ${plain(String(line['reason']))}`)
}

function opened(slot: number, minutes: number, { url, already }: Record<string, unknown>): string {
  const how = already === true ? 'was open already' : `is open for ${minutes} min, or until Ctrl-C`
  return [
    `The inspector of slot ${slot} ${how}:`,
    `  ${plain(String(url))}`,
    'Chrome: chrome://inspect. On another machine: ssh -L, since it listens on 127.0.0.1 alone.',
    'While a breakpoint holds the worker, the requests in it wait; it is not killed for that. Other workers go on.',
  ].join('\n')
}
