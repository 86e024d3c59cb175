import { asGiven, stderrLog } from '@clustered/core/control'
import type { Cluster } from '@clustered/core'
import { superviseAs } from '@clustered/core/options'
import { notifySystemd, takeNotify } from './systemd-notify.ts'
import type { StartFlags } from './start-flags.ts'
import { logStyle, type Start } from './start-options.ts'
import { ignoring } from './ignored.ts'
import { watch } from './watch.ts'

/** This process becomes the primary, and stays it to the end. */
export function runInForeground({ file, options }: Start, flags: StartFlags): Cluster {
  const notify = takeNotify()
  // What was preloaded into this process, dotenv say, is loaded in each worker anew.
  for (const [name, value] of Object.entries(asGiven()))
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  const cluster = superviseAs(file, options)
  const log = stderrLog(logStyle(options))
  if (notify) notifySystemd(cluster, notify, log)
  if (flags.watch) watch(cluster, { envFile: flags.envFile, ignore: ignoring(flags.ignore), log })
  return cluster
}
