import express, { type Express, type RequestHandler, type Router } from 'express'

export const app: Express = express()
app.get('/', (_request, response) => void response.send('hello'))
app.use(express.json())

export const ready: RequestHandler = (_request, response) => void response.send('ready')
export const routes: Router = express.Router()
