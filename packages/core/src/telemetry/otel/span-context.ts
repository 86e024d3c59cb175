/** The key under which the API's `trace.setSpan` puts a span; all copies of 1.x share it. */
const spanKey = Symbol.for('OpenTelemetry Context Key SPAN')

/** A context as the API knows it. Its own class cannot be had without loading a copy of it. */
class Context {
  readonly #values: ReadonlyMap<symbol, unknown>

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return new Context(new Map([...this.#values, [key, value]]))
  }

  deleteValue(key: symbol): Context {
    return new Context(new Map([...this.#values].filter(([other]) => other !== key)))
  }
}

/** In it, what is started is a child of that span; without one, it is the root of a trace. */
export function contextOf(span: unknown): Context {
  return new Context(span === undefined ? new Map() : new Map([[spanKey, span]]))
}
