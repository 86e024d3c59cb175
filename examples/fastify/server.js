import { clustered } from '@clustered/fastify'
import { build } from './app.js'

const { PORT: port = 3000 } = process.env

// Given the function, only workers build the app.
await clustered(() => build({ logger: true })).listen({ port })
