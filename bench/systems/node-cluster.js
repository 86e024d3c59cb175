import { startProgram } from './program.js'

export const nodeCluster = {
  name: 'node:cluster',
  packages: { 'http-terminator': '3.2.0' },
  start: (how) => startProgram('node-cluster', how),
}
