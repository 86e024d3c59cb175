// A machine of many cores, simulated on a small one: each request holds its
// worker's event loop, and takes no CPU. It shows how evenly connections, and
// with them the work, are spread:
//
//     npx -y pnpm@12 bench:simulated
//     node bench/simulated.js --quick
//
// Needs wrk; pm2 is compared where PM2 or /tmp/pm2 has it. The flags:
//
//     --only uniform,skewed    some measures: those of simulated/measures.js
//     --cells 8x16,16x32       workers x connections, in place of each measure's own
//     --systems kernel,pm2     some systems: those of simulated/systems.js
//     --rounds 5, --seconds 3  how often each is measured, and for how long
//     --core FOLDER            @clustered/core of another checkout
//     --options JSON           more options for clustered
//     --json FILE, --svg FILE  write all results, and a plot of the uniform load
//     --quick                  8 workers, one round: within a minute
//     --from FILE              measures nothing, and takes what --json wrote; more than once
import { writeFileSync } from 'node:fs'
import { behind } from './simulated/behind.js'
import { readResults, writeResults } from './simulated/files.js'
import { plot } from './simulated/plot.js'
import { inRounds } from './simulated/rounds.js'
import { settingsOf } from './simulated/settings.js'
import { systems } from './simulated/systems.js'
import { line, tables } from './simulated/tables.js'

// Whoever runs then ends with this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const settings = settingsOf(process.argv.slice(2))
const { about, results } = settings.from ? readResults(settings.from) : await measureAll()
console.log(`\n${tables(about, results)}\n\n${behind(results)}`)
if (settings.svg) writeFileSync(settings.svg, plot(about, results))

async function measureAll() {
  const here = settings.systems.filter((name) => {
    const { lacks } = systems[name]
    if (lacks) console.log(`Without ${name}: ${lacks}.`)
    return !lacks
  })
  const run = {
    about: { node: process.versions.node, rounds: settings.rounds, seconds: settings.seconds },
    results: [],
  }
  for (const name of settings.only)
    await inRounds(name, { ...settings, systems: here }, (result) => {
      run.results.push(result)
      console.log(line(result))
      // At once: a run that is interrupted has not been in vain.
      if (settings.json) writeResults(settings.json, run.about, run.results)
    })
  return run
}
