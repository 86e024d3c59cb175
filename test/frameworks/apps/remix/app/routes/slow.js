import { setTimeout as sleep } from 'node:timers/promises'

export async function loader() {
  console.log('slow request begins')
  return new Response(await sleep(700, 'slow'))
}
