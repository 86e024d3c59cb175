/**
 * What an OpenTelemetry SDK has registered in this process. The API keeps it
 * under a symbol of `globalThis` that all its copies of 1.x share: so it is found
 * whoever has loaded which copy from where, and none is loaded to find out.
 */

export interface Registered {
  metrics?: MeterProvider
  trace?: TracerProvider
}

interface MeterProvider {
  getMeter(name: string, version?: string): Meter
}

export interface Meter {
  createObservableCounter(name: string, options: InstrumentOptions): Observable
  createObservableUpDownCounter(name: string, options: InstrumentOptions): Observable
  createObservableGauge(name: string, options: InstrumentOptions): Observable
}

interface InstrumentOptions {
  unit: string
  description: string
}

interface Observable {
  addCallback(
    callback: (result: { observe(value: number, attributes: Record<string, string | number>): void }) => void,
  ): void
}

interface TracerProvider {
  getTracer(name: string, version?: string): Tracer
}

export interface Tracer {
  startSpan(
    name: string,
    options: { startTime?: number; root?: boolean; attributes?: SpanAttributes },
    context?: unknown,
  ): Span
}

export type SpanAttributes = Record<string, string | number>

export interface Span {
  setAttribute(name: string, value: string | number): unknown
  /** 2 is ERROR. */
  setStatus(status: { code: 2; message: string }): unknown
  recordException(error: { name: string; message: string; stack?: string }): void
  end(): void
}

const symbol = Symbol.for('opentelemetry.js.api.1')

export function registered(): Registered {
  return (globalThis as { [symbol]?: Registered })[symbol] ?? {}
}
