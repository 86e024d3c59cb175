import { badOption } from './bad-option.ts'
import type { LeadHook } from './hooks.ts'
import { stderrLog } from './logger.ts'
import { runtime } from './runtime.ts'
import { testRunner } from './test-runner.ts'

/** After how long (in ms) a process that has become part of no cluster is told that it does not lead. */
const noteAfter = 10_000

let noted = false

/**
 * Has `hook` called in one worker of the cluster at a time: in this one when
 * it leads, at once if it does. It is the option `onLead` for programs that do
 * not call `clustered`, and for any module; all hooks are called. In the
 * primary, and in a process that is part of no cluster, it is not called.
 *
 * @param hook is given a signal that is aborted when the lead ends. No other
 * worker leads until what it returns has settled, or this process is gone.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function onLead(hook: LeadHook): void {
  if (typeof hook !== 'function') throw badOption('onLead', hook, 'a function (signal) => ...')
  const here = runtime()
  ;(here.leadHooks ??= []).push(hook)
  if (here.lifecycle) here.lifecycle.leading.add(hook)
  else noteUnlessClustered()
}

/** Whoever runs with `node` what is made for `clustered start` would wait for the lead in vain. */
function noteUnlessClustered(): void {
  if (noted || testRunner() !== undefined) return
  noted = true
  setTimeout(() => {
    const { primary, lifecycle, isStray } = runtime()
    if (!primary && !lifecycle && !isStray)
      stderrLog().warn(
        'lead',
        'onLead: this process is part of no cluster, so that nothing says whether it is the only one, and the hook ' +
          'is not called. Start the program with clustered start, or have it call clustered(app).listen()',
      )
  }, noteAfter).unref()
}
