/** In ms: what is shorter is over when one reads it. */
const long = 1000

/** What is known of a worker that stands still now, if one does. */
export function standing({ status, samples, faults }) {
  const ofLiving = (wanted) =>
    faults.find(({ kind, pid }) => kind === wanted && status.workers.some((worker) => worker.pid === pid))
  const { at, loopDelay } = samples.at(-1) ?? { at: 0, loopDelay: 0 }
  const lag = ofLiving('lag')
  // Nobody says that it goes on again: the delay does, which grows until then.
  const stillStands = lag && loopDelay >= long && at - lag.at < loopDelay + long
  return ofLiving('hung') ?? (stillStands ? lag : undefined)
}
