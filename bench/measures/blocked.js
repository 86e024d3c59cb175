// How long requests on fresh connections wait while one of four workers is blocked.
import { inTurns, withAll } from '../tools/rounds.js'
import { latencyDuringBlocks } from '../tools/blocks.js'

const requestsPerSecond = 400

export const blocked = {
  rounds: 4,
  seconds: 4,
  quick: { rounds: 1, seconds: 2 },
  run: ({ systems, folder, options, rounds, seconds, record }) =>
    withAll(systems, { folder, options, workers: 4 }, async (sites) => {
      await inTurns(sites, 1, ({ port }) => latencyDuringBlocks(port, requestsPerSecond, 1000))
      await inTurns(sites, rounds, async ({ port, name }) =>
        record(
          'one of 4 workers is blocked',
          name,
          await latencyDuringBlocks(port, requestsPerSecond, seconds * 1000),
        ),
      )
    }),
}
