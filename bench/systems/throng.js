// It has no reload and no way to change the number of workers.
import path from 'node:path'
import { childrenOf } from '../tools/processes.js'
import { end, launch } from './launch.js'
import { started } from './started.js'

export const throng = {
  name: 'throng',
  canReload: false,
  canScale: false,
  packages: { throng: '5.0.0' },
  async start({ folder, port, workers, setting }) {
    const env = { ...process.env, PORT: String(port), WORKERS: String(workers), WITH: setting.app ?? '' }
    const program = launch([path.join(folder, 'programs/throng.js')], { ...setting, env })
    const running = {
      root: program.child.pid,
      reader: program.reader,
      workers: () => childrenOf(program.child.pid),
      stop: () => end(program),
    }
    return started(running, port, workers)
  },
}
