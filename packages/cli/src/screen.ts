const ctrlC = '\u0003'
const enterAlternate = '\u001b[?1049h\u001b[?25l'
const leaveAlternate = '\u001b[?25h\u001b[?1049l'
const home = '\u001b[H'
const clearToEndOfLine = '\u001b[K'
const clearBelow = '\u001b[J'

/** The whole terminal, until q, Ctrl-C or a signal; what was on it before comes back then. */
export class Screen {
  left = false
  readonly leaving: Promise<void>

  constructor() {
    process.stdout.write(enterAlternate)
    this.leaving = new Promise((resolve) => {
      const leave = (): void => {
        this.left = true
        resolve()
      }
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, leave)
      if (!process.stdin.isTTY) return
      process.stdin.setRawMode(true)
      process.stdin.on('data', (keys: Buffer) => {
        if (['q', ctrlC].includes(keys.toString())) leave()
      })
    })
  }

  /** Draws over what is there: clearing first would flicker. */
  show(text: string): void {
    const { rows } = process.stdout
    const lines = text.split('\n').slice(0, rows - 1)
    process.stdout.write(home + lines.map((line) => line + clearToEndOfLine).join('\n') + clearBelow)
  }

  close(): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    process.stdin.pause()
    process.stdout.write(leaveAlternate)
  }
}
