// Platformatic's application server. Its workers are threads of one process, each of which listens for itself with
// SO_REUSEPORT; `wattpm restart` replaces them one after the other. A number of workers is given at the start.
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { lacksReusePort } from './lacks.js'
import { end, launch } from './launch.js'
import { started } from './started.js'

const version = '3.65.0'

export const watt = {
  name: 'Watt',
  packages: { wattpm: version, '@platformatic/node': version },
  hasThreads: true,
  canScale: false,
  lacks() {
    const [major, minor] = process.versions.node.split('.').map(Number)
    return major > 22 || (major === 22 && minor >= 19) ? lacksReusePort() : 'it needs Node.js 22.19 or later'
  },
  async start({ folder, port, workers, setting }) {
    const cwd = project(folder, port, workers)
    const command = path.join(folder, 'node_modules/wattpm/bin/cli.js')
    const env = { ...process.env, WITH: setting.app ?? '', PLT_TESTS_VERBOSE: undefined }
    const program = launch([command, 'start'], { ...setting, env, cwd })
    const { pid } = program.child
    const running = {
      root: pid,
      reader: program.reader,
      workers: () => [],
      reload: () => promisify(execFile)(process.execPath, [command, 'restart', String(pid)], { env, cwd }),
      stop: () => end(program),
    }
    return started(running, port, workers)
  },
}

function project(folder, port, workers) {
  const own = path.join(folder, `watt-${port}`)
  mkdirSync(own, { recursive: true })
  const files = {
    'package.json': { name: `watt-${port}`, private: true, type: 'module', main: '../programs/watt.js' },
    'watt.json': {
      $schema: `https://schemas.platformatic.dev/@platformatic/node/${version}.json`,
      runtime: { server: { hostname: '127.0.0.1', port }, workers: { static: workers } },
    },
  }
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(own, name), JSON.stringify(content))
  return own
}
