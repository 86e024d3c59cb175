// The app by itself.
import http from 'node:http'
import { answer } from './answer.js'
import { obey } from './obey.js'

http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1', () => obey({}))
