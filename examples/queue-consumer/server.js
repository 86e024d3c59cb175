import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { clustered } from '@clustered/core'
import { add, jobs } from './queue.js'

/** Any worker takes a job, and none waits for it. */
const app = async (request, response) => {
  if (request.method === 'POST') {
    await add(await text(request))
    response.writeHead(202).end(`accepted by ${process.pid}\n`)
  } else response.end(`hello from ${process.pid}\n`)
}

/** One worker does them, one after the other. When it is to end, it finishes the one that it has. */
async function onLead(signal) {
  console.log(`${process.pid} consumes`)
  for await (const job of jobs(signal)) {
    await sleep(1000)
    console.log(`${process.pid} has done: ${job}`)
  }
  console.log(`${process.pid} consumes no more`)
}

clustered(app, { onLead }).listen(process.env.PORT ?? 8000)
