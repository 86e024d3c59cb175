// What Watt runs in each of its threads. It listens, and closes the server, by itself.
import http from 'node:http'
import { answer } from './answer.js'

export function create() {
  return http.createServer(answer)
}
