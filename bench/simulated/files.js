// Results of a run, kept as JSON, so that several runs make one table.
import { readFileSync, writeFileSync } from 'node:fs'

export function writeResults(file, about, results) {
  writeFileSync(file, `${JSON.stringify({ ...about, results }, null, 1)}\n`)
}

export function readResults(files) {
  const runs = files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
  if (new Set(runs.map(({ node }) => node)).size > 1)
    throw new Error(`--from has runs of several versions of Node, and ratios of one say nothing of another`)
  const all = (key) => [...new Set(runs.map((run) => run[key]))].join(', ')
  return {
    about: { node: runs[0].node, rounds: all('rounds'), seconds: all('seconds') },
    // The first round of one run is not that of another.
    results: runs.flatMap((run, index) =>
      run.results.map((result) => ({ ...result, round: `${index + 1}.${result.round}` })),
    ),
  }
}
