import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { StdioOptions } from 'node:child_process'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './temporary-folder.ts'

export const hasBrowser: boolean = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].some((file) =>
  existsSync(file),
)

/** Starts it, with all its processes; they end with the test, however that ends. */
export function launchChromium(t: TestContext, args: string[], stdio: StdioOptions = 'ignore'): ChildProcess {
  const home = temporaryFolder()
  const child: ChildProcess = spawn(
    'chromium',
    [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--ignore-certificate-errors',
      `--user-data-dir=${home}`,
      ...args,
    ],
    // A group of its own, as it is many processes.
    { stdio, detached: true, env: { ...process.env, HOME: home } },
  )
  t.after(async () => {
    process.kill(-child.pid!, 'SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  })
  return child
}
