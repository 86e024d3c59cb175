import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { TestContext } from 'node:test'
import { eventually } from './program.ts'

export const hasBrowser: boolean = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].some((file) =>
  existsSync(file),
)

/** A browser with a page, and what that tells: each line is a POST to the test. */
export class Browser {
  readonly lines: string[] = []

  /** @param urlOf the page, which is to tell its lines at that port of 127.0.0.1. */
  static async open(t: TestContext, urlOf: (report: number) => string): Promise<Browser> {
    const browser = new Browser()
    const server = http.createServer((request, response) => {
      let line = ''
      request.setEncoding('utf8').on('data', (text: string) => (line += text))
      request.on('end', () => {
        browser.lines.push(line)
        response.end()
      })
    })
    t.after(() => server.close())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    const launched = browser.#launch(urlOf(port))
    t.after(() => launched.end())
    return browser
  }

  #launch(url: string): { end(): Promise<void> } {
    const home = mkdtempSync(path.join(tmpdir(), 'browser-'))
    const child: ChildProcess = spawn(
      'chromium',
      [
        '--headless=new',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--ignore-certificate-errors',
        `--user-data-dir=${home}`,
        url,
      ],
      // A group of its own, as it is many processes.
      { stdio: 'ignore', detached: true, env: { ...process.env, HOME: home } },
    )
    return {
      async end() {
        process.kill(-child.pid!, 'SIGKILL')
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        rmSync(home, { recursive: true, force: true, maxRetries: 10 })
      },
    }
  }

  count(line: string): number {
    return this.lines.filter((told) => told === line).length
  }

  async tells(line: string, times: number): Promise<void> {
    await eventually(() => this.count(line) >= times, `'${line}', ${times} times`).catch((error: Error) => {
      throw new Error(`${error.message}. It told:\n${this.lines.join('\n')}`)
    })
  }
}
