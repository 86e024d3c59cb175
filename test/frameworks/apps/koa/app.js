import Koa from 'koa'
import { setTimeout as sleep } from 'node:timers/promises'

export const app = new Koa()

app.use(async (context) => {
  if (context.path === '/') context.body = 'hello'
  else if (context.path === '/echo') context.body = context.req
  else if (context.path === '/later') {
    await sleep(20)
    context.body = 'later'
  } else {
    console.log('slow request begins')
    await sleep(700)
    context.body = 'slow'
  }
})
