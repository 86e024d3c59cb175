import { setTimeout as sleep } from 'node:timers/promises'

export const dynamic = 'force-dynamic'

export async function GET() {
  console.log('slow request begins')
  await sleep(700)
  return new Response('slow')
}
