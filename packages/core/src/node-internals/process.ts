import { closeSync, fstatSync } from 'node:fs'
import { isatty } from 'node:tty'

/** @returns false if the process shall end with the error. */
export type FatalException = (error: unknown, fromPromise: boolean) => boolean

/**
 * Comes between Node and what it calls with every error that nobody has
 * caught, before any listener and any capture callback has it.
 */
export function wrapFatalException(wrap: (original: FatalException) => FatalException): void {
  const internals = process as unknown as { _fatalException: FatalException }
  internals._fatalException = wrap(internals._fatalException)
}

/**
 * Has Node catch a signal whoever listens, and call `onSignal` in place of the
 * listeners. Node begins to catch one with the first listener and stops with
 * the last, in two listeners of its own; what it calls is the `process.emit`
 * that it finds when it begins.
 */
export function catchSignal(signal: NodeJS.Signals, onSignal: () => void): void {
  const begin = nodesListener('newListener', 'startListeningIfSignal')
  // The app has removed every listener there was.
  if (!begin) return void process.on(signal, onSignal)
  if (caught.size === 0) {
    const end = nodesListener('removeListener', 'stopListeningIfSignal')
    if (end) process.off('removeListener', end)
    stopCatching = end
    process.on('removeListener', (name) => {
      if (!caught.has(name)) end?.(name)
    })
  }
  // It has no listener that it would have to call.
  withProperty(
    'listenerCount',
    () => 0,
    () => stopCatching?.(signal),
  )
  withProperty('emit', onSignal, () => begin(signal))
  caught.add(signal)
}

const caught = new Set<string | symbol>()
let stopCatching: ((name: string | symbol) => void) | undefined

function nodesListener(event: string, name: string): ((signal: string | symbol) => void) | undefined {
  const listeners = (process as NodeJS.EventEmitter).listeners(event)
  return listeners.find((listener) => listener.name === name) as never
}

/** Has `process` look different while `run` runs. */
export function withProperty(name: 'emit' | 'listenerCount', value: unknown, run: () => void): void {
  const own = Object.getOwnPropertyDescriptor(process, name)
  Object.defineProperty(process, name, { value, configurable: true, writable: true })
  try {
    run()
  } finally {
    if (own) Object.defineProperty(process, name, own)
    else Reflect.deleteProperty(process, name)
  }
}

/** The kernel's numbers of terminals: consoles, and pseudo-terminals. */
const isTerminal = (major: number): boolean => major === 4 || (major >= 136 && major <= 143)

/**
 * Closes what of the descriptors 0 to 2 is a terminal that has gone. At the
 * end of a process, Node restores the modes of the terminal that it was started
 * on; up to Node 20 it aborts if that fails, unless the descriptor is closed.
 */
export function closeGoneTerminals(): void {
  for (const fd of [0, 1, 2])
    try {
      const { rdev } = fstatSync(fd)
      if (isTerminal((rdev >> 8) & 0xfff) && !isatty(fd)) closeSync(fd)
    } catch {
      // It is closed.
    }
}

/** Whether this process has loaded a module of Node's own, by its name without `node:`. */
export function isLoaded(name: string): boolean {
  const { moduleLoadList } = process as { moduleLoadList?: string[] }
  return moduleLoadList?.includes(`NativeModule ${name}`) ?? false
}
