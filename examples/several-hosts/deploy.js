// node deploy.js COMMAND HOST...
//
// Runs the command on one host after the other, and goes on when the host is ready and the proxy sends to it again.
// It stops at the first host where something is wrong, and leaves the others as they are.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

const {
  // Runs a command on a host.
  ON = 'ssh',
  // Longer than the proxy needs to see that a host is ready: HAProxy's rise, nginx's fail_timeout. In seconds.
  SETTLE = '6',
  PATIENCE = '60',
} = process.env
const [command, ...hosts] = process.argv.slice(2)

const isReady = (host) =>
  fetch(`http://${host}:9000/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

async function ready(host) {
  for (const deadline = Date.now() + PATIENCE * 1000; !(await isReady(host)); await sleep(250))
    if (Date.now() > deadline) throw new Error(`${host} is not ready after ${PATIENCE} s`)
}

async function run(host) {
  const [code] = await once(spawn(ON, [host, command], { stdio: 'inherit' }), 'close')
  if (code !== 0) throw new Error(`${host}: ended with ${code}: ${command}`)
}

async function deploy(host) {
  // They have all the requests meanwhile.
  for (const other of hosts.filter((each) => each !== host))
    if (!(await isReady(other))) throw new Error(`${host} is left alone, as ${other} is not ready`)
  console.log(`${host}: ${command}`)
  await run(host)
  await ready(host)
  await sleep(SETTLE * 1000)
  console.log(`${host} is ready`)
}

try {
  for (const host of hosts) await deploy(host)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
