import Koa from 'koa'

export const app = new Koa()
app.use((context) => {
  context.body = 'hello'
})
