import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { router } from './router.js'

const server = createHTTPServer({ router }).listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
