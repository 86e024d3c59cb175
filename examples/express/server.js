import express from 'express'
import { clustered } from '@clustered/express'

const app = express()

app.get('/', (_request, response) => {
  response.send(`hello from ${process.pid}\n`)
})

clustered(app).listen(process.env.PORT ?? 8000)
