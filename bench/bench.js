// Clustered beside what else runs a Node.js app on all cores: the tables of docs/performance.md, and docs/plots.
//
//     npx -y pnpm@12 bench
//
// The peers are installed from npm into a fresh folder. All systems take turns, in a new order in each round, so that
// what else the machine does meets each of them alike. Needs wrk, and Linux. The flags:
//
//     --only throughput,faults   some measures: those of measures/index.js
//     --systems pm2,Clustered    some systems: those of systems/index.js, by regular expressions
//     --what reload              only what matches of a measure (a fault, a number of connections); the rest stays
//     --rounds 5                 how often each is measured
//     --seconds 8                for how long, where a load goes on for some time
//     --quick                    one round of everything, to see that it runs
//     --long                     also faults-long and simulated-long, which take half an hour more
//     --out FOLDER               where the results go. Without it they are those that are committed, and the tables
//                                and plots are made anew; with --quick it is a folder in the one for temporary files
//     --from FOLDER              measures nothing: makes tables and plots of such a folder's results
//     --check                    changes nothing: fails if a table or plot is not what the committed results give
//     --verify                   measures nothing: whether each system is driven as it should be
//     --note TEXT                what else is to be said of the machine, such as that it did other work
//     --peers FOLDER             keeps what is installed there, for the next run
//     --core FOLDER              @clustered/core of another checkout
//     --options JSON             more options for clustered
//
// Results of another Node than 24 go to files of their own, such as simulated-long-node-20.json.
//
// A measure's results replace those it had before, and others stay: a run that was interrupted goes on with --only.
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { aboutRun } from './about.js'
import { flagsOf } from './flags.js'
import { measures } from './measures/index.js'
import { newResults, rowsOf, writeResults } from './results.js'
import { installPeers, packagesOf } from './systems/peers.js'
import { systems } from './systems/index.js'
import { format } from './tools/numbers.js'
import { verify } from './verify.js'
import { writeFigures } from './write-figures.js'

/** Of the Node that all else is measured on. Results of another one stand beside its. */
const usualNode = '24'
const [major] = process.versions.node.split('.')
const suffix = major === usualNode ? '' : `-node-${major}`

const committed = fileURLToPath(new URL('results', import.meta.url))

// Whoever runs then ends with this process.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))

const flags = flagsOf(process.argv.slice(2))
if (flags.from) makeFigures(flags.from)
else if (flags.verify) await verifyAll()
else await measureAll()
process.exit()

function makeFigures(from) {
  const changed = writeFigures(from, flags.check)
  for (const name of changed)
    console.log(
      flags.check
        ? `${name} is not what ${path.relative('', from)} gives: pnpm bench --from it`
        : `wrote ${name}`,
    )
  if (flags.check && changed.length > 0) process.exitCode = 1
}

function chosenSystems() {
  return systems
    .filter(({ name }) => flags.systems.includes(name))
    .filter((system) => {
      const reason = system.lacks?.()
      if (reason) console.log(`Without ${system.name}: ${reason}.`)
      return !reason
    })
}

async function verifyAll() {
  const chosen = chosenSystems()
  const folder = installPeers(chosen, flags)
  for (const system of chosen) {
    const wrong = await verify(system, folder).catch((error) => [error.message])
    console.log(`${system.name}: ${wrong.join('; ') || 'as it should be'}`)
    if (wrong.length > 0) process.exitCode = 1
  }
}

async function measureAll() {
  const chosen = chosenSystems()
  const out = flags.out ?? (flags.quick ? mkdtempSync(path.join(tmpdir(), 'bench-results-')) : committed)
  const folder = installPeers(chosen, flags)
  for (const name of flags.only) {
    const began = performance.now()
    const measure = measures[name]
    const { rounds, seconds } = { ...measure, ...(flags.quick && measure.quick) }
    const settings = { rounds: flags.rounds ?? rounds, seconds: flags.seconds ?? seconds }
    const compared = chosen.filter((system) => !measure.without?.(system))
    const about = aboutRun({
      ...settings,
      quick: flags.quick,
      note: flags.note,
      versions: packagesOf(compared),
    })
    const results = newResults(about, flags.what && rowsOf(out, name + suffix))
    console.log(`\n${name}`)
    const run = measure.run({
      ...settings,
      systems: compared,
      folder,
      options: flags.options,
      isQuick: flags.quick,
      wants: (what) => flags.what?.test(what) ?? true,
      record(what, system, figures) {
        results.record(what, system, figures)
        console.log(line(what, system, figures))
      },
    })
    const error = await run.catch((reason) => reason)
    if (error) {
      // Others can be measured, and what it had before stays.
      console.error(`${name} has failed:`, error)
      process.exitCode = 1
      continue
    }
    writeResults(out, name + suffix, results)
    console.log(`${name} took ${Math.round((performance.now() - began) / 1000)} s`)
  }
  console.log(`\nThe results are in ${out}`)
  if (out === committed) makeFigures(committed)
}

function line(what, system, figures) {
  const values = Object.entries(figures)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${format(value)}`)
  return [what.padEnd(24), system.padEnd(22), ...values].join('  ')
}
