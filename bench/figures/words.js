// Numbers and conditions as people read them, in tables and in plots.
/** Three digits that count, thousands apart. */
export function number(value) {
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 1000 ? rounded.toLocaleString('en') : String(rounded)
}

/** The median, and in brackets the lowest and the highest. */
export function spread(figure) {
  if (!figure) return '-'
  const { median: middle, least, most } = figure
  return least === most ? number(middle) : `${number(middle)} (${number(least)} to ${number(most)})`
}

/** What is needed to believe a figure. */
export function conditions({ node, machine, date, rounds, seconds, quick, note }) {
  const length = seconds ? ` of ${seconds} s` : ''
  const medians = rounds > 1 ? `medians of ${rounds} rounds${length}` : `one round${length}`
  const how = [rounds && medians, quick && 'a quick trial', note].filter(Boolean).map((text) => `; ${text}`)
  return `Node.js ${node}, ${machine}, ${date}${how.join('')}`
}

/** A sentence, or nothing. */
export function versionsOf({ versions }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return named.length > 0 ? ` ${named.join(', ')}.` : ''
}

/** In Markdown. */
export function table([head, ...rows]) {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column].length)))
  const line = (row) => `| ${row.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
