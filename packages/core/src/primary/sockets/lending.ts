/** What deciding needs to know of a worker that serves. */
export interface Borrower {
  readonly slot: number
  readonly late: boolean
}

/**
 * Who accepts from which listening socket. Socket i belongs to slot i: all that
 * serve in that slot have it (two, while one replaces the other). Where none of
 * them is there or in time, because the worker boots, died or is blocked, or
 * because the slot was scaled away, a sibling has it as well, so that no
 * connection waits in a queue that nobody looks at.
 *
 * @param current who has what now; a sibling that still fits is kept.
 */
export function decideLending<Worker extends Borrower>(
  sockets: number,
  serving: readonly Worker[],
  current: readonly ReadonlySet<Worker>[],
): Set<Worker>[] {
  const healthy = serving.filter((worker) => !worker.late)
  const load = new Map<Worker, number>()
  const result = Array.from({ length: sockets }, (_, socket) => {
    const own = serving.filter(({ slot }) => slot === socket)
    for (const worker of own) load.set(worker, (load.get(worker) ?? 0) + 1)
    return new Set(own)
  })
  for (const [socket, borrowers] of result.entries()) {
    if ([...borrowers].some((worker) => !worker.late)) continue
    const sibling =
      healthy.find((worker) => current[socket]?.has(worker)) ??
      healthy.toSorted((a, b) => (load.get(a) ?? 0) - (load.get(b) ?? 0))[0]
    if (!sibling) continue
    borrowers.add(sibling)
    load.set(sibling, (load.get(sibling) ?? 0) + 1)
  }
  return result
}
