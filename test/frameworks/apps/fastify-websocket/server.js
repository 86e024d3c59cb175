import { build } from './app.js'

const app = await build()
process.once('SIGTERM', () => app.close())
await app.listen({ port: process.env.PORT })
