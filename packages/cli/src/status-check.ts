import { isProgramName, type ProgramStatus, type ReloadLine } from '@clustered/core/control'

/** Whether an answer has what the command shows of a program, each of the type that it says it has. */
export function isStatus(answer: unknown): answer is ProgramStatus {
  const status = answer as Partial<ProgramStatus> | null | undefined
  return (
    isProgramName(status?.name) &&
    areNumbers(status!, [
      'pid',
      'startedAt',
      'generation',
      'slots',
      'restarts',
      'drainTimeout',
      'shutdownDelay',
    ]) &&
    areStrings(status!, ['state', 'entry', 'cwd', 'version']) &&
    isTextOrNull(status!.address) &&
    isTextOrNull(status!.balance) &&
    areNumbers(status!.primary, ['rss']) &&
    (!status!.bounds || areNumbers(status!.bounds, ['min', 'max'])) &&
    (status!.container === undefined || isTextOrNull(status!.container)) &&
    (!status!.lastReload ||
      (areNumbers(status!.lastReload, ['generation', 'at']) && areStrings(status!.lastReload, ['state']))) &&
    areSlots(status!.bySlot) &&
    Array.isArray(status!.workers) &&
    status!.workers.every((worker: unknown) => isWorker(worker))
  )
}

/** Whether it is a step of a reload, or its end. Steps of later releases are steps as well. */
export function isReloadLine(line: unknown): line is ReloadLine {
  const { event, ok, error, worker, generation } = (line ?? {}) as Record<string, unknown>
  if (event === 'end') return ok === true || areStrings(error, ['code', 'message'])
  if (event === 'reload:start') return typeof generation === 'number'
  return typeof event === 'string' && isWorker(worker)
}

function isWorker(worker: unknown): boolean {
  return (
    areNumbers(worker, ['slot', 'pid', 'generation', 'startedAt']) &&
    areStrings(worker, ['state']) &&
    isVitals((worker as { vitals?: unknown }).vitals)
  )
}

/** A primary of an older release does not say. */
function areSlots(slots: unknown): boolean {
  return slots === undefined || (Array.isArray(slots) && slots.every((slot: unknown) => isSlot(slot)))
}

function isSlot(slot: unknown): boolean {
  const { nextBoot, lastFailure } = (slot ?? {}) as { nextBoot?: unknown; lastFailure?: unknown }
  return (
    areNumbers(slot, ['slot', 'failures']) &&
    areStrings(slot, ['state']) &&
    (nextBoot === undefined || typeof nextBoot === 'number') &&
    (lastFailure === undefined || isFailure(lastFailure))
  )
}

function isFailure(failure: unknown): boolean {
  const { lastWords } = (failure ?? {}) as { lastWords?: unknown }
  return (
    areNumbers(failure, ['at', 'pid', 'generation']) &&
    areStrings(failure, ['reason']) &&
    (lastWords === undefined || typeof lastWords === 'string')
  )
}

/** Before its first second a worker has none; another release may know more of them, or fewer. */
function isVitals(vitals: unknown): boolean {
  if (vitals === undefined || vitals === null) return true
  const { latency, loopDelay } = vitals as { latency?: unknown; loopDelay?: unknown }
  return (
    areNumbersIfAny(vitals, ['requestRate', 'inFlight', 'connections', 'cpu', 'rss', 'requests']) &&
    areNumbersIfAny(loopDelay, ['p99']) &&
    (latency === undefined || areNumbersIfAny(latency, ['p99']))
  )
}

function areNumbersIfAny(value: unknown, names: string[]): boolean {
  return hasAll(value, names, (item) => item === undefined || item === null || typeof item === 'number')
}

function areNumbers(value: unknown, names: string[]): boolean {
  return hasAll(value, names, (item) => typeof item === 'number')
}

function areStrings(value: unknown, names: string[]): boolean {
  return hasAll(value, names, (item) => typeof item === 'string')
}

function hasAll(value: unknown, names: string[], fits: (item: unknown) => boolean): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => fits((value as Record<string, unknown>)[name]))
  )
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
