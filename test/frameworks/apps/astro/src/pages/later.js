import { setTimeout as sleep } from 'node:timers/promises'

export const GET = async () => new Response(await sleep(30, 'later'))
