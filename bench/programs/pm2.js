// What pm2 runs in each of its workers, as its page on graceful starts and stops has it.
import http from 'node:http'
import { answer } from './answer.js'

const server = http
  .createServer(answer)
  .listen(Number(process.env.PORT), '127.0.0.1', () => process.send('ready'))
process.on('SIGINT', () => server.close(() => process.exit()))
