/** Puts `text` in place of what stands from `start` to `end`. */
export interface Edit {
  start: number
  end: number
  text: string
}

/** Edits are of one text, and none of them is inside another. */
export function withEdits(source: string, edits: readonly Edit[]): string {
  // From the end, so that no place moves.
  const ordered = edits.toSorted((a, b) => b.start - a.start || b.end - a.end)
  return ordered.reduce(
    (text, { start, end, text: now }) => text.slice(0, start) + now + text.slice(end),
    source,
  )
}

/** As the text has it. */
export function newlineOf(text: string): string {
  return text.includes('\r\n') ? '\r\n' : '\n'
}

/** Takes statements out with the lines that they alone stand on, and comments right behind them. */
export function removal(source: string, start: number, end: number): Edit {
  const before = /[^\n]*$/.exec(source.slice(0, start))![0]
  const behind = /^;?[ \t]*(\/\/[^\r\n]*)?\r?(\n|$)/.exec(source.slice(end))
  if (before.trim() !== '' || !behind) return { start, end, text: '' }
  return { start: start - before.length, end: end + behind[0].length, text: '' }
}
