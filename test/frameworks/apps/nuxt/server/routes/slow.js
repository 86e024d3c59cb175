import { setTimeout as sleep } from 'node:timers/promises'

export default defineEventHandler(async () => {
  console.log('slow request begins')
  await sleep(700)
  return 'slow'
})
