// Silent connections, each opened again when it is closed, until its parent goes:
//
//     node bench/tools/attack.js <port> <how many>
//
// A process of its own, so that neither its descriptors nor its CPU time are
// those of the clients that it is to disturb. Forked: it ends with its channel.
import { flood } from '../../test/dist/support/flood.js'

const [port, count] = process.argv.slice(2).map(Number)
flood(port, count, true)
process.on('disconnect', () => process.exit())
