// The tables and plots of each measure. A table stands where a document has its marker.
import { blocked } from './blocked.js'
import { cost } from './cost.js'
import { faults, faultsLong } from './faults.js'
import { growth } from './growth.js'
import { memory } from './memory.js'
import { simulated, simulatedLong, simulatedLongOn20 } from './simulated.js'
import { throughput } from './throughput.js'
import { times } from './times.js'

export const figures = {
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
  'simulated-long-node-20': simulatedLongOn20,
}
