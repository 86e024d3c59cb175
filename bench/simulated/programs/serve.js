import http from 'node:http'
import { answer } from './answer.js'

/** In ms; as pm2 gives its workers. */
const killTimeout = 1600

/** A worker as everyone writes it, which ends in time even where its clients never rest. */
export function serve(place) {
  const server = http
    .createServer(answer)
    .listen({ port: Number(process.env.PORT), host: '127.0.0.1', ...place })
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.once(signal, () => {
      server.close(() => process.exit())
      setTimeout(() => process.exit(), killTimeout)
    })
  return server
}
