// The attacker of descriptors.js, a process of its own so that it has descriptors of its own.
import { flood } from '../test/dist/support/flood.js'

const [port, count, how] = process.argv.slice(2)
const attack = flood(Number(port), Number(count), how === 'reopen')
process.once('SIGTERM', () => {
  console.log(attack.opened)
  process.exit()
})
