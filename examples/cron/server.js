import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { clustered } from '@clustered/core'
import { schedule as plan } from 'node-cron'

const app = (_request, response) => {
  response.end(`hello from ${process.pid}\n`)
}

/** Takes 2 s. Whoever has more to do looks at `signal.aborted` now and then. */
async function job() {
  console.log(`${process.pid} begins the job`)
  await sleep(2000)
  console.log(`${process.pid} has done the job`)
}

/** Called in one worker at a time. The next one begins when this has ended. */
async function onLead(signal) {
  let running = Promise.resolve()
  const schedule = plan('*/5 * * * * *', () => (running = job()))
  await once(signal, 'abort')
  await schedule.destroy()
  await running
}

clustered(app, { onLead }).listen(process.env.PORT ?? 8000)
