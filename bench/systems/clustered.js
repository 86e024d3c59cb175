import { lacksReusePort } from './lacks.js'
import { startProgram } from './program.js'

/** @param how `options` are more of clustered's. */
const startWith = (balance) => (how) =>
  startProgram('clustered', { ...how, more: { OPTIONS: JSON.stringify({ balance, ...how.options }) } })

export const kernel = {
  name: 'Clustered, kernel',
  isOurs: true,
  lacks: lacksReusePort,
  start: startWith('kernel'),
}

export const roundRobin = {
  name: 'Clustered, round-robin',
  isOurs: true,
  start: startWith('round-robin'),
}
