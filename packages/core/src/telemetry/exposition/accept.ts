/** What a scrape can be answered in. Each `type` is the value of the header `Content-Type`. */
export const formats = {
  text: { type: 'text/plain; version=0.0.4; charset=utf-8', version: '0.0.4' },
  openMetrics: { type: 'application/openmetrics-text; version=1.0.0; charset=utf-8', version: '1.0.0' },
} as const

export type Format = keyof typeof formats

interface Range {
  type: string
  parameters: Map<string, string>
  /** How much it is wanted, from 0 to 1. */
  quality: number
}

interface Wish {
  quality: number
  /** Where in the header it stands. */
  at: number
}

/**
 * Which format whoever sends that header `Accept` wants most; of what is wanted
 * equally, what stands first. Who wants neither gets text: a page that cannot be
 * read helps more than none.
 */
export function choose(accept: string | undefined): Format {
  if (accept === undefined) return 'text'
  const ranges = accept.split(',').map(readRange)
  const text = wishFor('text', ranges)
  const openMetrics = wishFor('openMetrics', ranges)
  if (openMetrics.quality !== text.quality) return openMetrics.quality > text.quality ? 'openMetrics' : 'text'
  return openMetrics.at < text.at ? 'openMetrics' : 'text'
}

function readRange(range: string): Range {
  const [type = '', ...rest] = range.split(';').map((part) => part.trim().toLowerCase())
  const parameters = new Map<string, string>()
  for (const parameter of rest) {
    const [name = '', value = ''] = parameter.split('=')
    parameters.set(name.trim(), value.trim().replaceAll('"', ''))
  }
  const quality = Number(parameters.get('q') || 1)
  return { type, parameters, quality: quality >= 0 && quality <= 1 ? quality : 0 }
}

/** Of the ranges that it is in, the narrowest counts. */
function wishFor(format: Format, ranges: readonly Range[]): Wish {
  const { type, version } = formats[format]
  const [name = ''] = type.split(';')
  const names = ['*/*', `${name.split('/')[0]}/*`, name]
  let best: Wish = { quality: 0, at: Infinity }
  let narrowest = -1
  for (const [at, range] of ranges.entries()) {
    const asked = range.parameters.get('version')
    const width = names.indexOf(range.type) + (asked === undefined ? 0 : 1)
    const fits = names.includes(range.type) && (asked === undefined || asked === version)
    if (!fits || width <= narrowest) continue
    narrowest = width
    best = { quality: range.quality, at }
  }
  return best
}
