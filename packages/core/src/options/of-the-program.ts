import { badOption } from '../bad-option.ts'
import type { ClusteredError } from '../errors.ts'
import { allOptions } from './paths.ts'

/** Only code that runs in the workers can say it. */
export function isOfTheProgram(name: string): boolean {
  const option = allOptions.find(({ path }) => path === name)?.option
  return option?.change === 'worker' && !option.kind.read
}

export function ofTheProgram(name: string, value: unknown): ClusteredError {
  return badOption(
    name,
    value,
    'none here. Leave it out, and set this in the program, or use clustered(app) there',
    'is for code that is in the workers',
  )
}
