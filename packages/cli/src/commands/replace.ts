import { colors } from '../colors.ts'
import type { ReloadLine } from '@clustered/core/control'
import { chooseRunning } from '../choose.ts'
import { oneSlot, type SlotFlags } from '../inside.ts'
import { toJsonText } from '../plain.ts'
import { describeStep } from './reload.ts'

/** Another worker in one slot, with surge. */
export async function replace(name: string, flags: SlotFlags): Promise<void> {
  const program = await chooseRunning(name)
  const slot = oneSlot('replace', program, flags)
  const began = Date.now()
  for await (const line of program.client.follow('/v1/replace', { slot })) {
    if (flags.json) console.log(toJsonText(line))
    else if (line.event === 'end')
      console.log(
        `${colors.green('done')}: slot ${slot} of ${program.name} has pid ${Number(line['pid'])}, after ${Date.now() - began} ms`,
      )
    else console.log(describeStep(line as unknown as Exclude<ReloadLine, { event: 'end' }>))
  }
}
