import { node } from '@elysiajs/node'
import { Elysia } from 'elysia'
import { addRoutes } from './routes.js'

const app = addRoutes(new Elysia({ adapter: node() })).listen(process.env.PORT)
process.once('SIGTERM', () =>
  Promise.resolve(app.stop()).then(() => console.log(`hook SIGTERM ${process.pid}`)),
)
