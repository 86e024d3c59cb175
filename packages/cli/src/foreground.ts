import { asGiven } from '@clustered/core/control'
import { type Cluster, supervise } from '@clustered/core'
import { notifySystemd, takeNotify } from './systemd-notify.ts'
import { type Start, type StartFlags } from './start-options.ts'
import { ignoring } from './ignored.ts'
import { watch } from './watch.ts'

/** This process becomes the primary, and stays it to the end. */
export function runInForeground({ file, options }: Start, flags: StartFlags): Cluster {
  const notify = takeNotify()
  // What was preloaded into this process, dotenv say, is loaded in each worker anew.
  for (const [name, value] of Object.entries(asGiven()))
    // The folder is the program's, where a file says so.
    if (name === 'PWD') continue
    else if (value === undefined) delete process.env[name]
    else process.env[name] = value
  const cluster = supervise(file, options)
  if (notify) notifySystemd(cluster, notify)
  if (flags.watch)
    watch(cluster, {
      envFile: flags.envFile,
      ignore: ignoring([flags.ignore ?? []].flat()),
      folders: flags.folders,
    })
  return cluster
}
