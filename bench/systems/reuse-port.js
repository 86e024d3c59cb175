import { lacksReusePort } from './lacks.js'
import { startProgram } from './program.js'

export const reusePort = {
  name: 'reusePort',
  packages: { 'http-terminator': '3.2.0' },
  lacks: lacksReusePort,
  start: (how) => startProgram('reuse-port', how),
}
