import { resolveOptions, type Settings } from '../../settings.ts'
import { Boundary } from '../boundary.ts'
import { Supervisor } from '../fleet/supervisor.ts'
import type { ModelSockets, World } from './world.ts'

export const modelSettings: Settings = resolveOptions({ hangTimeout: 0, logger: false })

/** The supervisor itself, in a world of the model. */
export function modelSupervisor(world: World, sockets: ModelSockets, settings: Settings): Supervisor {
  const entry = {
    execArgv: [],
    release: (generation: number) => ({ generation, exec: '/app.js', cwd: '/', args: [], execArgv: [] }),
  }
  const boundary = new Boundary(settings.logger)
  return new Supervisor({ entry, settings, system: world, sockets, boundary })
}
