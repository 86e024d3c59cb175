import type { PrimaryCluster } from '../primary/primary-cluster.ts'
import type { LastReload } from './status.ts'

/** Remembers how the last reload went. @returns what says so. */
export function watchReloads(cluster: PrimaryCluster): () => LastReload | null {
  let last: LastReload | null = null
  const note =
    (state: LastReload['state']) =>
    (generation: number): void => {
      last = { generation, state, at: Date.now() }
    }
  cluster.on('reload:start', note('under way'))
  cluster.on('reload:done', note('done'))
  cluster.on('reload:failed', note('failed'))
  return () => last
}
