import type { Release } from '../release.ts'
import type { Fleet } from './fleet.ts'
import type { Rollout } from './rollout.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * Which worker leads. There is never a second one: until the first has said
 * that nothing of it goes on any more, or is gone, nobody else is appointed.
 */
export class Lead {
  readonly #fleet: Fleet
  readonly #rollout: Rollout
  readonly #onAppointed: (worker: WorkerHandle) => void
  #leader: WorkerHandle | undefined

  constructor(fleet: Fleet, rollout: Rollout, onAppointed: (worker: WorkerHandle) => void) {
    this.#fleet = fleet
    this.#rollout = rollout
    this.#onAppointed = onAppointed
  }

  /** Has somebody lead, if nobody does and somebody can. */
  appoint(): void {
    if (this.#leader) return
    const next = chooseLeader(this.#fleet.serving, this.#rollout.release)
    if (!next) return
    this.#leader = next
    next.leads = true
    next.send({ type: 'lead' })
    this.#onAppointed(next)
  }

  /** The worker has said that nothing of it leads any more, or is gone. */
  end(worker: WorkerHandle): void {
    worker.leads = worker.mayLead = false
    if (worker === this.#leader) this.#leader = undefined
  }
}

/**
 * The one that stays longest, so that the lead moves rarely: one that is not
 * about to be replaced, has shown that it stays up and runs what the cluster is
 * coming to; and of such the one in the lowest slot, which is the last to be
 * scaled away.
 *
 * @param release what a worker that boots now runs.
 */
function chooseLeader(workers: readonly WorkerHandle[], release: Release): WorkerHandle | undefined {
  const rank = (worker: WorkerHandle): number[] => [
    Number(worker.replaceFor !== undefined) + Number(worker.late),
    worker.proven ? 0 : 1,
    worker.release === release ? 0 : 1,
    -worker.release.generation,
    worker.slot,
  ]
  return workers.filter(({ mayLead }) => mayLead).toSorted((a, b) => compare(rank(a), rank(b)))[0]
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - b[index]!
  return 0
}
