import { existsSync, realpathSync, rmSync, statSync, truncateSync } from 'node:fs'
import { chooseSeveral } from '../choose-several.ts'
import { withEach } from '../each.ts'
import { CliError } from '../errors.ts'
import { bytes } from '../format.ts'
import { logFiles } from '../record.ts'
import { checkOwnFile } from '../state-folder.ts'

/** Empties the logs of daemons: those that are named, or all. They go on writing to the same files. */
export async function flush(names: string[], { json }: { json?: boolean }): Promise<number> {
  const meant = await chooseSeveral(names.length > 0 ? names : ['all'])
  const programs = meant.filter(({ program, isNamed }) => isNamed || program.record)
  return withEach(
    programs.map(({ program }) => program),
    { json },
    async ({ name, record }) => {
      if (!record)
        throw new CliError(
          'ERR_CLUSTERED_NOT_A_DAEMON',
          `'${name}' was not started with --daemon: it writes where it was started, and not to log files.`,
        )
      const freed = [...new Set<string>(Object.values(logFiles(record.name)))].reduce(
        (sum, file) => sum + empty(file),
        0,
      )
      return { did: `its logs are empty (${bytes(freed)} before)`, json: { freed } }
    },
  )
}

/** And those that were rotated go. @returns how many bytes were in them. */
function empty(file: string): number {
  if (!existsSync(file) || !statSync(file).isFile()) return 0
  checkOwnFile(file)
  const { size } = statSync(file)
  truncateSync(file)
  return size + removeRotated(realpathSync(file))
}

function removeRotated(file: string): number {
  let sum = 0
  for (let number = 1; existsSync(`${file}.${number}`); number++) {
    sum += statSync(`${file}.${number}`).size
    rmSync(`${file}.${number}`)
  }
  return sum
}
