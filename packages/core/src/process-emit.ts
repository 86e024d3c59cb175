import { EventEmitter } from 'node:events'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

/** @param pass emits the event as if nobody had come between. */
type Interceptor = (args: readonly unknown[], pass: () => boolean) => boolean

/** Node's own, whatever anyone puts in its place later. */
const pristine = Reflect.get(EventEmitter.prototype, 'emit') as Emit

const interceptors = new Map<string | symbol, Interceptor>()

/** What the app has put in the place of `process.emit`, if it has. */
let current: Emit | undefined

/**
 * What is read from `process.emit`: one for each function that was put there,
 * so that a wrapper that calls what it has read gets to what it wraps.
 */
const faces = new WeakMap<object, Emit>()
const behind = new WeakMap<Emit, { emit: Emit | undefined }>()

/** In place of what the app has put there, while it has put nothing. */
const nothing = {}

/**
 * From now on events of `process` called `event` come here first, also when
 * the app wraps `process.emit`, before or after, and whatever its wrapper does
 * with what it is given. There is no listener that anyone could count or remove.
 *
 * @param intercept returns what `emit` shall return. Without one, listeners get
 * the event as Node emits it, and no wrapper sees it.
 */
export function interceptEmit(event: string | symbol, intercept: Interceptor = pristineEmit(event)): void {
  interceptors.set(event, intercept)
  install()
}

function pristineEmit(event: string | symbol): Interceptor {
  return (args) => pristine.call(process, event, ...args)
}

/** Anew, if somebody has defined or deleted the property in the meantime. */
function install(): void {
  const there = Object.getOwnPropertyDescriptor(process, 'emit')
  if (there?.get === read || there?.configurable === false) return
  if (there) current = Reflect.get(process, 'emit') as Emit
  Object.defineProperty(process, 'emit', { get: read, set: write, configurable: true, enumerable: true })
}

function read(): Emit {
  const known = faces.get(current ?? nothing)
  if (known) return known
  const inner = current
  const face: Emit = function emit(event, ...args) {
    const pass = (): boolean => (inner ?? inherited()).call(this, event, ...args)
    // A face that a wrapper calls has had its event intercepted already.
    const intercept = this === process && inner === current ? interceptors.get(event) : undefined
    return intercept ? intercept(args, pass) : pass()
  }
  faces.set(inner ?? nothing, face)
  behind.set(face, { emit: inner })
  return face
}

function write(emit: Emit): void {
  const face = behind.get(emit)
  current = face ? face.emit : emit
}

function inherited(): Emit {
  return Reflect.get(Object.getPrototypeOf(process) as object, 'emit') as Emit
}
