import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Browser } from './support/browser.ts'
import { hasBrowser } from './support/chromium.ts'
import { start } from './support/program.ts'

const reloads = 5
const skip = !hasBrowser && !process.env['CI'] && 'chromium is not installed'

it(
  'a page in a browser stays connected through reloads, and none of its requests fails',
  { skip },
  async (t) => {
    const program = start(t, 'lasting.js', {
      env: { OPTIONS: JSON.stringify({ workers: 1, reload: { soak: 50 } }) },
    })
    const port = await program.listens()
    const [, secure] = await program.sees(/secure at (\d+)\./)
    const page = (origin: string, report: number) => `${origin}/page?report=${report}`
    // The one within the other has HTTP/2, but for its WebSocket.
    const browser = await Browser.open(t, (report) => {
      const inner = page(`https://localhost:${secure}`, report)
      return `${page(`http://localhost:${port}`, report)}&beside=${encodeURIComponent(inner)}`
    })
    const tell = async (line: string, times: number) => {
      for (const protocol of ['http:', 'https:']) await browser.tells(`${protocol} ${line}`, times)
    }
    for (let reload = 0; reload <= reloads; reload++) {
      await tell('socket open', reload + 1)
      await tell('events open', reload + 1)
      if (reload < reloads) program.kill('SIGHUP')
    }
    await tell('socket closed: 1012', reloads)
    await tell('events ended', reloads)
    await tell('stream complete', reloads)
    const told = browser.lines.join('\n')
    assert.doesNotMatch(told, /BROKEN|FAILED|socket closed: (?!1012$)/m)
    assert.doesNotMatch(program.output, /BROKEN/)
    t.diagnostic(`${told.match(/answered/g)!.length} hundred requests`)
  },
)
