import { expressMiddleware } from '@as-integrations/express5'
import { clustered } from '@clustered/express'
import express from 'express'
import { apollo } from './apollo.js'

const makeApp = async () => {
  await apollo.start()
  return express().use(express.json(), expressMiddleware(apollo))
}

clustered(makeApp, { onShutdown: () => apollo.stop() }).listen(process.env.PORT)
