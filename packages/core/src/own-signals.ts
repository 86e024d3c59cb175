import { constants } from 'node:os'
import { catchSignal, withProperty } from './node-internals/process.ts'
import { interceptEmit } from './process-emit.ts'
import { stopSignals } from './signal-names.ts'

type Listener = (signal: NodeJS.Signals, number: number) => unknown

/**
 * From now on this signal comes here, and the app's listeners do not get it:
 * neither from the system nor when the app emits it itself. There is no
 * listener of ours that the app could count or remove.
 */
export function takeSignal(signal: NodeJS.Signals, take: (signal: NodeJS.Signals) => void): void {
  const onSignal = (): void => {
    callHidden(signal)
    take(signal)
  }
  catchSignal(signal, onSignal)
  interceptEmit(signal, () => {
    onSignal()
    return true
  })
}

/** As `takeSignal`; but listeners of the app have it too, unless they are its shutdown code. */
export function shareSignal(signal: NodeJS.Signals, take: (signal: NodeJS.Signals) => void): void {
  takeSignal(signal, () => {
    take(signal)
    for (const listener of listenersOf(signal)) if (!isShutdownCode(listener)) call(listener, signal)
  })
}

/** The app's listeners of a signal, those for one time as Node wraps them. */
export function listenersOf(signal: NodeJS.Signals): Listener[] {
  return raw(signal).filter((listener) => !isHidden(listener, signal))
}

export function call(listener: Listener, signal: NodeJS.Signals): unknown {
  return Reflect.apply(listener, process, [signal, constants.signals[signal]])
}

/**
 * Who hides a listener from `process.listeners` watches the signals of somebody
 * else's program: tsx has to hear of each at once, or it kills us.
 */
function callHidden(signal: NodeJS.Signals): void {
  const hidden = raw(signal).filter((listener) => isHidden(listener, signal))
  if (hidden.length === 0) return
  // What it does where nobody listens, ending the process, is not to be done.
  withProperty(
    'listenerCount',
    () => 1,
    () => {
      for (const listener of hidden) call(listener, signal)
    },
  )
}

function raw(signal: NodeJS.Signals): Listener[] {
  return process.rawListeners(signal) as Listener[]
}

function isHidden(listener: Listener, signal: NodeJS.Signals): boolean {
  return !shown(signal).includes(unwrap(listener))
}

function shown(signal: NodeJS.Signals): Listener[] {
  return process.listeners(signal)
}

/**
 * The same function listens to a signal that ends a process, or one that was
 * made by the same code: libraries and apps go through a list of signals.
 */
function isShutdownCode(listener: Listener): boolean {
  const code = unwrap(listener)
  return stopSignals.some((signal) =>
    shown(signal).some((other) => other === code || String(other) === String(code)),
  )
}

/** What the app has given to `once`. */
function unwrap(listener: Listener): Listener {
  return (listener as { listener?: Listener }).listener ?? listener
}
