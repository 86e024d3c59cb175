// As throng's own page shows it.
import http from 'node:http'
import throng from 'throng'
import { answer } from './answer.js'

void throng({ worker, count: Number(process.env.WORKERS) })

function worker(_id, disconnect) {
  const server = http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1')
  process.once('SIGTERM', () => {
    server.close()
    disconnect()
  })
}
