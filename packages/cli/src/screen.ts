const ctrlC = '\u0003'
// Lines that are too long are cut, and do not wrap.
const enterAlternate = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const leaveAlternate = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const clearToEndOfLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** The whole terminal, until q, Ctrl-C or a signal; what was on it before comes back then. */
export class Screen {
  left = false
  readonly leaving: Promise<void>
  #lines: readonly string[] = []

  constructor() {
    process.stdout.write(enterAlternate)
    this.leaving = new Promise((resolve) => {
      const leave = (): void => {
        this.left = true
        resolve()
      }
      process.stdout.on('resize', () => this.#draw())
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave)
      if (!process.stdin.isTTY) return
      process.stdin.setRawMode(true)
      process.stdin.on('data', (keys: Buffer) => {
        if (['q', ctrlC].includes(keys.toString())) leave()
      })
    })
  }

  show(lines: readonly string[]): void {
    this.#lines = lines
    this.#draw()
  }

  /** Draws over what is there: clearing first would flicker. */
  #draw(): void {
    // A terminal that does not know how high it is says 0.
    const rows = process.stdout.rows || Infinity
    const hidden = this.#lines.length - rows
    const lines =
      hidden > 0
        ? [...this.#lines.slice(0, rows - 1), `... and ${hidden + 1} lines more, for a higher window`]
        : this.#lines
    process.stdout.write(home + lines.map((line) => line + clearToEndOfLine).join('\n') + clearBelow)
  }

  close(): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stdout.write(leaveAlternate)
  }
}
