import type { Log } from '../../../log.ts'
import type { Metric } from '../../metric.ts'
import { withoutMeasured } from '../names.ts'
import { registered } from '../registered.ts'
import { scope, since } from '../scope.ts'
import { toBody } from './body.ts'
import { Exporter } from './exporter.ts'
import { resourceOf } from './resource.ts'
import { isAsked, otlpSettings } from './settings.ts'
import { Variables } from './variables.ts'

interface OtlpParts {
  collect: () => Metric[]
  /** An SDK in workers measures them: it is not said a second time. */
  isMeasured: () => boolean
  /** What the program is called. */
  name: () => string
  log: Log
}

/** Exports by OTLP if the standard variables ask for it. @returns what is to be ended, if it does. */
export function startOtlp({ collect, isMeasured, name, log }: OtlpParts): Exporter | undefined {
  const variables = new Variables(process.env)
  if (!isAsked(variables)) return undefined
  const settings = otlpSettings(variables)
  const resource = settings && resourceOf(variables, name())
  for (const [level, text] of variables.notes) log[level]('opentelemetry', text)
  if (!settings || !resource) return undefined
  const body = (): string | undefined => {
    // It exports what its instruments are told, and that is the same.
    if (registered().metrics) return undefined
    const metrics = isMeasured() ? withoutMeasured(collect()) : collect()
    return toBody(metrics, resource, scope, { start: since, now: Date.now() })
  }
  const exporter = new Exporter(settings, body, log)
  exporter.start()
  return exporter
}
