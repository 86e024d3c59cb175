import { plain } from './plain.ts'

const newline = 0x0a

/** A log that comes in pieces, line by line. */
export class LogLines {
  #begun = Buffer.alloc(0)

  /** @returns the lines that this piece ends, each with its newline. */
  add(chunk: Buffer): Buffer[] {
    const lines: Buffer[] = []
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      lines.push(Buffer.concat([this.#begun, chunk.subarray(start, end + 1)]))
      this.#begun = Buffer.alloc(0)
      start = end + 1
    }
    this.#begun = Buffer.concat([this.#begun, chunk.subarray(start)])
    return lines
  }

  /** @returns what has no newline yet. */
  end(): Buffer[] {
    const rest = this.#begun
    this.#begun = Buffer.alloc(0)
    return rest.length > 0 ? [rest] : []
  }
}

/** For a person: nothing but text in it. */
export function onTerminal(line: Buffer): string {
  const text = line.toString()
  return text.endsWith('\n') ? `${plainLine(text.slice(0, -1))}\n` : plainLine(text)
}

/** A tab is text. */
function plainLine(text: string): string {
  return text.split('\t').map(plain).join('\t')
}

const atStart = /^\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)/

/** pino's, winston's, and those of most others that write JSON. */
const inJson = /^\{.*?"(?:time|timestamp|@timestamp|ts)":\s*"?([^",}]+)/

/** The time (in ms since the epoch) that a line itself says it is of, if it says so in a way that many do. */
function timeOf(line: string): number | undefined {
  const said = (atStart.exec(line) ?? inJson.exec(line))?.[1]
  if (said === undefined) return undefined
  const time = /^\d{12,14}$/.test(said) ? Number(said) : Date.parse(said.replace(',', '.'))
  return Number.isNaN(time) ? undefined : time
}

export interface Wanted {
  /** In ms since the epoch. */
  since: number
  until: number
  pattern: RegExp | undefined
}

/** @returns whether a line is wanted; it is asked line by line. */
export function filter({ since, until, pattern }: Wanted): (line: Buffer) => boolean {
  let isInTime = true
  return (bytes) => {
    const line = bytes.toString()
    const time = timeOf(line)
    // A line that has none may be of any time, but if it is indented, as a stack is, it goes on with the one before.
    if (time !== undefined) isInTime = time >= since && time <= until
    else if (!/^\s/.test(line)) isInTime = true
    return isInTime && (pattern?.test(line.replace(/\n$/, '')) ?? true)
  }
}
