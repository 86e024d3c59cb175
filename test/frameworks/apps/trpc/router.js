import { initTRPC } from '@trpc/server'
import { setTimeout as sleep } from 'node:timers/promises'

const { procedure, router: makeRouter } = initTRPC.create()

export const router = makeRouter({
  hello: procedure.query(() => 'hello'),
  later: procedure.query(() => sleep(20, 'later')),
  slow: procedure.query(() => {
    console.log('slow request begins')
    return sleep(700, 'slow')
  }),
})
