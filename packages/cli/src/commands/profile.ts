import { chooseRunning } from '../choose.ts'
import { newFile, numberFlag, oneSlot, printWritten, type SlotFlags } from '../inside.ts'

interface ProfileFlags extends SlotFlags {
  seconds?: string | number
  output?: string
}

/** Seconds. */
const [usual, longest] = [10, 600]

const advice = 'DevTools (Performance), or https://speedscope.app'

/** What a worker spends its time on: a .cpuprofile. */
export async function profile(name: string, flags: ProfileFlags): Promise<void> {
  const seconds = numberFlag('--seconds', flags.seconds, usual, longest)
  const program = await chooseRunning(name)
  const slot = oneSlot('profile', program, flags)
  const file = newFile(flags.output, program.name, slot, 'cpuprofile')
  for await (const line of program.client.follow('/v1/profile', { slot, seconds, file })) {
    if (line.event === 'begin' && !flags.json) console.error(`slot ${slot} is watched for ${seconds} s`)
    if (line.event === 'end') printWritten(flags.json, slot, file, line, advice)
  }
}
