import { runtime } from '../runtime.ts'
import type { Readiness } from '../protocol/messages.ts'
import type { Settings } from '../settings.ts'
import { Checks } from './checks.ts'
import { readinessOf } from './ready-when.ts'
import { type Health, judge } from './verdict.ts'

/** How the program is, as far as this process knows: what the middleware `health` answers with. */
export class OwnHealth {
  readonly checks: Checks = new Checks()
  /** As the options of the program have it; what a primary says counts more. */
  #readiness: Readiness = { needed: 1, checkTimeout: 1000, checkMaxAge: 1000 }

  /** The program's call of `clustered` has these options. */
  use(settings: Settings): void {
    this.#readiness = readinessOf(settings, Math.max(1, settings.workers))
  }

  async now(): Promise<Health> {
    const { worker } = runtime()
    const { needed, checkTimeout, checkMaxAge } = worker?.readiness ?? this.#readiness
    const { state, slots } = worker ?? ofOneProcess()
    const known = { state, slots, needed: worker ? needed : 1 }
    const early = judge({ ...known, checks: {} })
    // What it would do harm to wait for.
    if (!early.ready) return early
    return judge({ ...known, checks: await this.checks.recent(checkTimeout, checkMaxAge) })
  }
}

/** In single mode, and in a program that has not called `clustered`, this process is all there is. */
function ofOneProcess(): Pick<Health, 'state'> & { slots: { state: 'ready' | 'booting' }[] } {
  const places = runtime().singles?.all ?? []
  if (places.some(({ state }) => state === 'closing'))
    return { state: 'closing', slots: [{ state: 'ready' }] }
  const isReady = places.every(({ state }) => state === 'ready')
  return isReady
    ? { state: 'ready', slots: [{ state: 'ready' }] }
    : { state: 'booting', slots: [{ state: 'booting' }] }
}

export function ownHealth(): OwnHealth {
  return (runtime().health ??= new OwnHealth())
}
