import { chdir } from 'node:process'

/** Does what may go to another folder, and comes back to this one. */
export function thereAndBack<Result>(work: () => Result): Result {
  const here = process.cwd()
  const { PWD } = process.env
  try {
    return work()
  } finally {
    chdir(here)
    if (PWD === undefined) delete process.env['PWD']
    else process.env['PWD'] = PWD
  }
}

/** As if this command had been called there: names are seen from PWD. @throws Node's own error. */
export function goTo(folder: string): void {
  chdir(folder)
  process.env['PWD'] = folder
}
