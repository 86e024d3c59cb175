import { brief } from './words.js'

/** Why a slot has lost its worker, or gets none, in a few words. */
export function causeOf({ failures, lastFailure }, happened) {
  const { pid, reason, lastWords } = lastFailure
  const wasReady = happened.some((one) => one.event === 'worker:ready' && one.pid === pid)
  // That it is an error is plain.
  const words = brief((lastWords || reason).replace(/^Error: /, ''))
  if (wasReady || failures === 0) return `its worker ended: ${lastWords ? `${reason}, ${words}` : reason}`
  return `${failures === 1 ? 'a boot failed' : 'boots fail'}: ${words}`
}

/**
 * Since when it has none: when the first worker left that none has followed. At
 * least since then, where what has happened before is not known any more.
 */
export function emptySince({ slot, lastFailure }, happened) {
  let since = lastFailure?.at
  for (const one of happened.toReversed()) {
    if (one.slot !== slot) continue
    if (one.event === 'worker:ready') break
    if (one.event === 'worker:exit') since = one.at
  }
  return since
}
