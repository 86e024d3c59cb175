import { chooseRunning } from '../choose.ts'
import { newFile, numberFlag, oneSlot, type SlotFlags, whereabouts } from '../inside.ts'
import { bytes } from '../format.ts'
import { print } from '../print.ts'

interface ProfileFlags extends SlotFlags {
  seconds?: string | number
  output?: string
}

/** Seconds. */
const [usual, longest] = [10, 600]

/** What a worker spends its time on: a .cpuprofile. */
export async function profile(name: string, flags: ProfileFlags): Promise<void> {
  const seconds = numberFlag('--seconds', flags.seconds, usual, longest)
  const program = await chooseRunning(name)
  const slot = oneSlot('profile', program, flags)
  const file = newFile(flags.output, program.name, slot, 'cpuprofile')
  for await (const line of program.client.follow('/v1/profile', { slot, seconds, file })) {
    if (line.event === 'begin' && !flags.json) console.error(`slot ${slot} is watched for ${seconds} s`)
    if (line.event !== 'end') continue
    const { size, paused } = line as unknown as { size: number; paused: number }
    print(
      flags.json,
      { slot, file, size, paused },
      () =>
        `${file}  ${bytes(size)}, the worker stood still for ${paused} ms${whereabouts(file)}\nTo open it: DevTools (Performance), or https://speedscope.app`,
    )
  }
}
