import { write } from 'node:fs'

/** How long (in ms) the last line may take: whoever reads the log may have stopped reading. */
const patience = 1000

let ending = false

/** Ends this process from a thread that is not its main one, whatever that is doing, and says why. */
export function endProcess(why: string): void {
  if (ending) return
  ending = true
  const kill = (): void => void process.kill(process.pid, 'SIGKILL')
  // Not the synchronous one, which would wait for the reader for ever.
  write(2, `[clustered] error: worker (pid ${process.pid}) ends itself: ${why}\n`, kill)
  setTimeout(kill, patience)
}
