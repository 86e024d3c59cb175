import { plainValues } from './plain.ts'
import type { Program } from './programs.ts'

/** The program as it may be put on a terminal, whatever it says of itself. */
export function shown(program: Program): Program {
  const { status, record } = program
  return {
    ...program,
    ...(status && { status: plainValues(status) }),
    ...(record && { record: plainValues(record) }),
  }
}
