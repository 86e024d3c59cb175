export interface Outcome {
  /** Answered while one reload followed the other. */
  answered: number
  /** Of clients that never retry: an error, an answer that is wrong, cut or late, or a refused connection. */
  failures: string[]
  /** Of workers that have left, how many have drained. */
  drained: number
  left: number
  /** What else was not as it must be. */
  faults: string[]
  output: string
}

const gone = /pid (\d+)(?:, generation \d+)?\) is gone: (.*)/g

/** What the program has written of its workers, and they of their hooks. */
export function read(output: string, hooks: readonly string[]): Pick<Outcome, 'left' | 'drained' | 'faults'> {
  const exits = [...output.matchAll(gone)]
  const lines = [...output.matchAll(/^hook (\S+) (\d+)$/gm)]
  return {
    left: exits.length,
    drained: exits.filter(([, , reason]) => reason!.startsWith('drained')).length,
    faults: exits.flatMap(([, pid]) => {
      const run = lines.filter((line) => line[2] === pid).map(([, name]) => name!)
      return run.join() === hooks.join() ? [] : [`hooks of ${pid}: ${run.join(', ') || 'none'}`]
    }),
  }
}

export function isClean({ failures, drained, left, faults }: Outcome): boolean {
  return failures.length === 0 && faults.length === 0 && drained === left
}
