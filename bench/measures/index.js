// What `bench` measures, in this order.
//
//   rounds, seconds   by default; `quick` with --quick
//   without(system)   that a system is not measured
//   isLong            that it is measured only if asked for
//   run(how)          records what it finds, see results.js
import { blocked } from './blocked.js'
import { cost } from './cost.js'
import { faults, faultsLong } from './faults.js'
import { growth } from './growth.js'
import { memory } from './memory.js'
import { simulated, simulatedLong } from './simulated.js'
import { throughput } from './throughput.js'
import { times } from './times.js'

export const measures = {
  throughput,
  blocked,
  simulated,
  faults,
  times,
  memory,
  cost,
  growth,
  'faults-long': faultsLong,
  'simulated-long': simulatedLong,
}
