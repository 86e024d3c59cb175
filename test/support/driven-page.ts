import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { launchChromium } from './chromium.ts'

export interface Look {
  width: number
  height?: number
  dark?: boolean
  still?: boolean
}

type Params = Record<string, any>

/** Speaks Chromium's own protocol over two pipes, of which one message ends with a zero. */
export class Chromium {
  readonly #to: Writable
  readonly #answers = new Map<number, { resolve: (value: Params) => void; reject: (error: Error) => void }>()
  readonly #pages = new Map<string, DrivenPage>()
  #last = 0

  constructor(t: TestContext) {
    const child = launchChromium(
      t,
      ['--remote-debugging-pipe', '--disable-background-networking', '--no-first-run', 'about:blank'],
      ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    )
    this.#to = child.stdio[3] as Writable
    let rest = ''
    ;(child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
      const messages = (rest + text).split('\0')
      rest = messages.pop()!
      for (const message of messages) this.#take(JSON.parse(message) as Params)
    })
    child.on('exit', () => {
      for (const { reject } of this.#answers.values()) reject(new Error('chromium is gone'))
    })
    this.#to.on('error', () => {})
  }

  async send(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject })
      this.#to.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`)
    })
  }

  #take({ id, result, error, method, params, sessionId }: Params): void {
    if (id === undefined)
      return this.#pages.get(sessionId as string)?.tell(method as string, params as Params)
    const answer = this.#answers.get(id as number)
    this.#answers.delete(id as number)
    if (error) answer?.reject(new Error((error as Error).message))
    else answer?.resolve(result as Params)
  }

  /** A tab, with the storage of the ones before it. */
  async open(url: string, { width, height = 900, dark = false }: Look): Promise<DrivenPage> {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' })
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true })
    const page = new DrivenPage((method, params) => this.send(method, params, sessionId as string))
    this.#pages.set(sessionId as string, page)
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.send(`${domain}.enable`)
    await page.look({ width, height, dark })
    await page.send('Page.navigate', { url })
    return page
  }
}

/** A tab, driven as a person would: by keys and clicks. */
export class DrivenPage {
  /** Of the console, exceptions and what the policy has refused. */
  readonly complaints: string[] = []
  readonly requests: string[] = []
  readonly send: (method: string, params?: Params) => Promise<Params>

  constructor(send: (method: string, params?: Params) => Promise<Params>) {
    this.send = send
  }

  tell(method: string, params: Params): void {
    if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params['type']))
      this.complaints.push(
        params['args'].map(({ value, description }: Params) => value ?? description).join(' '),
      )
    if (method === 'Runtime.exceptionThrown')
      this.complaints.push(
        params['exceptionDetails'].exception?.description ?? params['exceptionDetails'].text,
      )
    if (method === 'Log.entryAdded')
      this.complaints.push(`${params['entry'].text} ${params['entry'].url ?? ''}`)
    if (method === 'Network.requestWillBeSent') this.requests.push(params['request'].url)
  }

  async look({ width, height = 900, dark = false, still = false }: Look): Promise<void> {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: width < 500,
    })
    await this.send('Emulation.setEmulatedMedia', {
      features: [
        { name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' },
        { name: 'prefers-reduced-motion', value: still ? 'reduce' : 'no-preference' },
      ],
    })
  }

  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value as T
  }

  /** Waits until the expression is true. */
  async until(expression: string, patience = 20_000): Promise<void> {
    const deadline = Date.now() + patience
    while (!(await this.evaluate<boolean>(`Boolean(${expression})`))) {
      if (Date.now() > deadline)
        assert.fail(
          `not in time: ${expression}. The page: ${await this.evaluate('document.body.innerText.slice(0, 1500)')}\n${this.complaints.join('\n')}`,
        )
      await sleep(30)
    }
  }

  async text(selector: string): Promise<string> {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`)
  }

  async sees(selector: string, text: string): Promise<void> {
    await this.until(
      `document.querySelector(${JSON.stringify(selector)})?.textContent.includes(${JSON.stringify(text)})`,
    )
  }

  async click(selector: string): Promise<void> {
    // What is above it may still grow: it is where it is two frames later, too.
    const place = `(async () => {
      const node = document.querySelector(${JSON.stringify(selector)})
      node?.scrollIntoView({ block: 'center' })
      const look = () => node.getBoundingClientRect()
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      const { left, top, width, height } = node ? look() : {}
      for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame)
      return node && look().top === top && { x: left + width / 2, y: top + height / 2 }
    })()`
    let found: { x: number; y: number } | false | null = null
    for (let attempt = 0; attempt < 100 && !found; attempt++)
      found = await this.evaluate<{ x: number; y: number } | false | null>(place)
    if (!found) throw new Error(`there is no ${selector} to click`)
    const { x, y } = found
    for (const type of ['mousePressed', 'mouseReleased'])
      await this.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 })
  }

  async hover(x: number, y: number): Promise<void> {
    await this.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x, y })
  }

  /** Such as `Tab`, `Enter`, `ArrowRight`, `Escape`; a `+` before it is that with Shift. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      const name = key.replace('+', '')
      const params = {
        key: name,
        code: name,
        windowsVirtualKeyCode: codes[name],
        modifiers: key.startsWith('+') ? 8 : 0,
        ...(name === 'Enter' && { text: '\r' }),
      }
      await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...params })
      await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...params })
    }
  }

  async write(text: string): Promise<void> {
    await this.send('Input.insertText', { text })
  }

  async screenshot(file: string): Promise<void> {
    const { data } = await this.send('Page.captureScreenshot', { captureBeyondViewport: true })
    writeFileSync(file, Buffer.from(data as string, 'base64'))
  }
}

const codes: Record<string, number> = {
  Tab: 9,
  Enter: 13,
  Escape: 27,
  End: 35,
  Home: 36,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
}
