import { setTimeout as sleep } from 'node:timers/promises'

export default defineEventHandler(async () => {
  await sleep(30)
  return 'later'
})
