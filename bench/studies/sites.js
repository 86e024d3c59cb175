// Programs side by side that take turns.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { shuffle } from '../tools/numbers.js'

/** @param args the program's file, and what it is given. */
export async function startProgram(name, port, args) {
  const child = spawn(process.execPath, args.map(String), { stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => (output += text).includes('listening on') && resolve())
    child.once('exit', () => reject(new Error(`${name} did not start: ${output}`)))
  })
  return { name, port, child, results: [] }
}

export async function stopSite({ child }) {
  child.kill('SIGTERM')
  await once(child, 'exit')
}

/** Measures each site once in a round, in a new order each time. The first round is to warm up. */
export async function inTurns(sites, rounds, measure) {
  for (let round = 0; round <= rounds; round++)
    for (const site of shuffle(sites)) {
      const result = await measure(site)
      if (round > 0) site.results.push(result)
    }
}
