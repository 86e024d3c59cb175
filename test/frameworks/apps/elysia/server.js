import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'
import { addRoutes } from './routes.js'

addRoutes(new Elysia({ adapter: node() })).listen(process.env.PORT)
// Its `stop()` throws under Node.js.
process.once('SIGTERM', () => console.log(`hook SIGTERM ${process.pid}`))
