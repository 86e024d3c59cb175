import { resolveOptions, type Settings } from '../../settings.ts'
import { Boundary } from '../boundary.ts'
import { PrimaryCluster } from '../primary-cluster.ts'
import type { ModelSockets, World } from './world.ts'

export const modelSettings: Settings = resolveOptions({ hangTimeout: 0, logger: false })

/** The cluster itself, in a world of the model. */
export function modelCluster(world: World, sockets: ModelSockets, settings: Settings): PrimaryCluster {
  const nothing = (): never => {
    throw new Error('the model has no files')
  }
  const entry = {
    execArgv: [],
    release: (generation: number) => ({
      generation,
      exec: '/app.js',
      cwd: '/',
      args: [],
      execArgv: [],
      locate: nothing,
    }),
  }
  const boundary = new Boundary(settings.logger)
  return new PrimaryCluster({ entry, settings, system: world, sockets, boundary })
}
