import { asGiven, stderrLog } from '@clustered/core/control'
import type { Cluster } from '@clustered/core'
import { superviseAs } from '@clustered/core/supervise'
import type { StartFlags } from './start-flags.ts'
import type { Start } from './start-options.ts'
import { ignoring } from './ignored.ts'
import { watch } from './watch.ts'

/** This process becomes the primary, and stays it to the end. */
export function runInForeground({ file, options }: Start, flags: StartFlags): Cluster {
  // What was preloaded into this process, dotenv say, is loaded in each worker anew.
  for (const [name, value] of Object.entries(asGiven()))
    // The folder is the program's, where a file says so.
    if (name === 'PWD') continue
    else if (value === undefined) delete process.env[name]
    else process.env[name] = value
  const cluster = superviseAs(file, options)
  // As the primary's own lines are, those of the command are.
  const log = stderrLog(options)
  const { envFile, folders } = flags
  if (flags.watch) watch(cluster, { envFile, ignore: ignoring(flags.ignore), folders, log })
  return cluster
}
