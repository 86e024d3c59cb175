import { pageFile } from '@clustered/core/control'
import { chooseRunning } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { CliError } from '../errors.ts'
import { openBrowser, opener } from '../open/browser.ts'
import { Door } from '../open/door.ts'
import { Offer, pathOf } from '../open/offer.ts'
import { plain, toJsonText } from '../plain.ts'
import { warn } from '../print.ts'

interface OpenFlags {
  json?: boolean
  port?: string | number
  /** `false` with `--no-browser`. */
  browser?: boolean
}

/** Shows programs in a browser, for as long as this command runs. @returns the exit code. */
export async function open(names: string[], flags: OpenFlags): Promise<number> {
  const port = readPort(flags.port)
  // Read once and for all, before a deploy removes them or this process becomes a user that may not read them.
  pageFile('/')
  await check(names)
  const offer = new Offer(names)
  const shown = (await offer.named()).map(([name]) => name)
  const door = new Door(offer)
  await door.open(port)
  const address = door.address(shown.length === 1 ? pathOf(shown[0]!) : '')
  const ended = toldToEnd()
  if (flags.json) console.log(toJsonText({ url: address, names: shown }))
  else console.log(inWords(shown, address, door.port))
  const forget = flags.browser === false ? undefined : show(address)
  try {
    await ended
  } finally {
    forget?.()
    door.close()
  }
  return 0
}

/** @throws {CliError} ERR_CLUSTERED_NOTHING_RUNNING, ERR_CLUSTERED_UNKNOWN_NAME and the like. */
async function check(names: readonly string[]): Promise<void> {
  if (names.length === 1 && !meansSeveral(names)) await chooseRunning(names[0]!)
  else await chooseSeveral(names.length === 0 ? ['all'] : names)
}

function readPort(given: string | number | undefined): number {
  const port = Number(given ?? 0)
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port
  throw new CliError('ERR_CLUSTERED_USAGE', `--port ${given} is no port. Expected: a number from 0 to 65535.`)
}

function inWords(names: readonly string[], address: string, port: number): string {
  return [
    `${plain(names.join(', '))}:`,
    `  ${address}`,
    'Whoever has this address can see and operate what it shows. Ctrl-C ends it.',
    ...(process.env['SSH_CONNECTION']
      ? [`To have it on your own machine: ssh -L ${port}:127.0.0.1:${port} there, and the same address.`]
      : []),
  ].join('\n')
}

function show(address: string): (() => void) | undefined {
  const command = opener()
  if (!command) return undefined
  try {
    return openBrowser(command, address, () => warn('no browser could be opened: open the address yourself'))
  } catch (error) {
    warn(`no browser could be opened: ${(error as Error).message}`)
    return undefined
  }
}

function toldToEnd(): Promise<unknown> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
  })
}
