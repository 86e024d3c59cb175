import { longestTimeout } from '../../../duration.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** A variable that is set, and what it says. */
export interface Variable {
  name: string
  value: string
}

/** For the log: what the variables ask for and do not get. */
export type Note = [level: 'info' | 'warn', text: string]

/** OpenTelemetry's standard variables. What is wrong with one is noted, and it is left out. */
export class Variables {
  readonly notes: Note[] = []
  readonly #environment: Environment

  constructor(environment: Environment) {
    this.#environment = environment
  }

  /** One that is empty is not set. */
  get(name: string): Variable | undefined {
    const value = this.#environment[name]?.trim()
    return value ? { name, value } : undefined
  }

  /** Of those of OTLP there is one for metrics alone, which counts more. */
  otlp(word: string): Variable | undefined {
    return this.get(`OTEL_EXPORTER_OTLP_METRICS_${word}`) ?? this.get(`OTEL_EXPORTER_OTLP_${word}`)
  }

  ms(variable: Variable | undefined, otherwise: number): number {
    if (!variable) return otherwise
    const { name, value } = variable
    const ms = /^\d+$/.test(value) ? Number(value) : 0
    if (ms >= 1 && ms <= longestTimeout) return ms
    this.warn(`${name} is ${value}; expected milliseconds, 1 or more. ${otherwise} counts`)
    return otherwise
  }

  /** Of the form `one=1,other=2`, with what is special in a value percent-encoded. The value may be a secret. */
  pairs(variable: Variable | undefined): [name: string, value: string][] {
    if (!variable) return []
    const items = variable.value.split(',').map((item) => item.trim())
    return items.flatMap((item, index): [string, string][] => {
      if (item === '') return []
      const end = item.indexOf('=')
      const [name, value] = [item.slice(0, end).trim(), decode(item.slice(end + 1).trim())]
      if (end > 0 && value !== undefined) return [[name, value]]
      this.warn(
        `${variable.name}: its part ${index + 1} is left out; expected name=value, with %2C for a comma and %25 for %`,
      )
      return []
    })
  }

  warn(text: string): void {
    this.notes.push(['warn', text])
  }

  info(text: string): void {
    this.notes.push(['info', text])
  }
}

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
