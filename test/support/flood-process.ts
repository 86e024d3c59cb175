/** `flood` in a process of its own: the arguments are the port and how many. It says how many were opened in all. */
import { flood } from './flood.ts'

const [port, count] = process.argv.slice(2).map(Number)
const flooding = flood(port!, count!, true)
setInterval(() => process.send!(flooding.opened), 50)
process.once('disconnect', () => process.exit())
