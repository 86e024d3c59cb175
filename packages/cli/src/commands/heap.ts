import { chooseRunning } from '../choose.ts'
import { age, newFile, oneSlot, printWritten, type SlotFlags } from '../inside.ts'
import { bytes } from '../format.ts'
import { warn } from '../print.ts'

interface HeapFlags extends SlotFlags {
  output?: string
  force?: boolean
}

const advice = 'DevTools (Memory). It holds what the program has in its memory, secrets too.'

/** What is in a worker's memory: a .heapsnapshot. */
export async function heap(name: string, flags: HeapFlags): Promise<void> {
  const program = await chooseRunning(name)
  const slot = oneSlot('heap', program, flags)
  const file = newFile(flags.output, program.name, slot, 'heapsnapshot')
  const { force = false } = flags
  const leaving = (): never => {
    console.error(`The snapshot goes on, and will be in ${file}`)
    process.exit(130)
  }
  process.once('SIGINT', leaving)
  for await (const line of program.client.follow('/v1/heap', { slot, file, force })) {
    if (line.event === 'begin') warn(whatItMeans(slot, line))
    if (line.event === 'end') printWritten(flags.json, slot, file, line, advice)
  }
  process.off('SIGINT', leaving)
}

function whatItMeans(slot: number, { heapUsed, pause, aside }: Record<string, unknown>): string {
  const size = typeof heapUsed === 'number' ? `, with a heap of ${bytes(heapUsed)},` : ''
  const time = typeof pause === 'number' ? `some ${age(pause)}` : 'as long as it is written'
  return (
    `the worker in slot ${slot}${size} stands still for ${time}. ` +
    (aside === true ? 'Others serve what comes meanwhile.' : 'No other serves: what comes meanwhile waits.')
  )
}
