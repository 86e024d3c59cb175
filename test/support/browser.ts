import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { launchChromium } from './chromium.ts'
import { eventually } from './program.ts'

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
    launchChromium(t, [urlOf(port)])
    return browser
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
