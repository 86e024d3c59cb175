import { EventEmitter } from 'node:events'

type Emit = (this: unknown, event: string | symbol, ...args: unknown[]) => boolean

/** @param pass emits the event as if nobody had come between. */
type Interceptor = (args: readonly unknown[], pass: () => boolean) => boolean

/** Node's own, whatever anyone puts in its place later. */
const pristine = Reflect.get(EventEmitter.prototype, 'emit') as Emit

/** Of an event without one, listeners get it as Node emits it, and no wrapper sees it. */
const interceptors = new Map<string | symbol, Interceptor | undefined>()

/** What the app has put in the place of `process.emit`, if it has. */
let current: Emit | undefined

/** The face of that, once it is known: a worker emits two events for each connection that it is handed. */
let currentFace: Emit | undefined

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
export function interceptEmit(event: string | symbol, intercept?: Interceptor): void {
  interceptors.set(event, intercept)
  install()
}

/** Anew, if somebody has defined or deleted the property in the meantime. */
function install(): void {
  const there = Object.getOwnPropertyDescriptor(process, 'emit')
  if (there?.get === read || there?.configurable === false) return
  if (there) current = Reflect.get(process, 'emit') as Emit
  currentFace = undefined
  Object.defineProperty(process, 'emit', { get: read, set: write, configurable: true, enumerable: true })
}

function read(): Emit {
  return (currentFace ??= faces.get(current ?? nothing) ?? makeFace(current))
}

function makeFace(inner: Emit | undefined): Emit {
  const face: Emit = function emit(event, ...args) {
    // A face that a wrapper calls has had its event intercepted already.
    const isFirst = this === process && inner === current
    if (!isFirst || !interceptors.has(event)) return (inner ?? inherited()).call(this, event, ...args)
    const intercept = interceptors.get(event)
    if (!intercept) return pristine.call(this, event, ...args)
    return intercept(args, () => (inner ?? inherited()).call(this, event, ...args))
  }
  faces.set(inner ?? nothing, face)
  behind.set(face, { emit: inner })
  return face
}

function write(emit: Emit): void {
  const face = behind.get(emit)
  current = face ? face.emit : emit
  currentFace = undefined
}

function inherited(): Emit {
  return Reflect.get(Object.getPrototypeOf(process) as object, 'emit') as Emit
}
