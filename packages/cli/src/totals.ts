import type { ProgramStatus } from '@clustered/core/control'

/** The workers' vitals taken together. What no worker has said yet is not there. */
export interface Totals {
  ready: number
  requestRate: number | undefined
  /** In ms; of the worker where it is worst. */
  p99: number | undefined
  /** In CPUs. */
  cpu: number | undefined
  /** Of the primary and the workers, in bytes. */
  memory: number
}

export function totals({ workers, primary }: ProgramStatus): Totals {
  const vitals = workers.flatMap((worker) => worker.vitals ?? [])
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)
  return {
    ready: workers.filter(({ state }) => state === 'ready').length,
    requestRate: vitals.length > 0 ? sum(vitals.map(({ requestRate }) => requestRate)) : undefined,
    p99: worst(vitals.flatMap(({ latency }) => latency?.p99 ?? [])),
    cpu: vitals.length > 0 ? sum(vitals.map(({ cpu }) => cpu)) : undefined,
    memory: primary.rss + sum(vitals.map(({ rss }) => rss)),
  }
}

function worst(values: number[]): number | undefined {
  return values.length > 0 ? Math.max(...values) : undefined
}
