import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hasBrowser } from './support/chromium.ts'
import { Chromium } from './support/driven-page.ts'
import { get } from './support/http.ts'
import { says } from './support/inside.ts'
import { openLive } from './support/live.ts'
import { start } from './support/program.ts'

const skip = !hasBrowser && !process.env['CI'] && 'chromium is not installed'

describe('clustered open in a browser', { skip }, () => {
  it('shows programs as they are, and operates them, through a crash, a reload and a restart', async (t) => {
    const shop = await openLive(t, {})
    const blog = start(t, 'server.js', { env: { ...shop.desk.env, OPTIONS: '{"name":"blog","workers":1}' } })
    await blog.listens()
    const command = shop.desk.spawn(['open', '--no-browser'])
    t.after(() => command.kill('SIGKILL'))
    const [, url] = await says(command, /(http:\S+)/)
    const chromium = new Chromium(t)
    const page = await chromium.open(url!, { width: 1280 })
    await page.sees('h1', 'All well: 2 programs')
    await page.sees('#rows', 'shop')
    await page.until('!location.hash')

    await page.click('#rows a[href*="shop"]')
    await page.sees('h1', 'All well: 2 workers')
    await page.until('!location.hash')
    await get(shop.port, '/throw')
    await page.sees('#faults', 'Error: crashed as told')
    await page.sees('#faults', 'server.js')
    await page.sees('#faults', 'GET /throw')
    await page.sees('#happened', 'crashed, Error: crashed as told')

    await page.click('#reload')
    await page.until('document.querySelector("dialog[open]")')
    await page.press('Tab', 'Enter')
    await shop.program.sees(/reload done: every slot is on generation 2/)
    await page.sees('#happened', 'every slot is on generation 2')
    await page.sees('#progress', 'Reload done: every slot runs generation 2')

    shop.program.kill('SIGTERM')
    await page.until('document.body.dataset.connection === "lost"')
    const again = start(t, 'server.js', { env: { ...shop.desk.env, OPTIONS: '{"name":"shop","workers":3}' } })
    await again.listens()
    await page.sees('h1', 'All well: 3 workers')
    // The browser notes each answer that is none of 200: of the program that was not there.
    assert.deepEqual(
      page.complaints.filter((complaint) => !complaint.includes('503')),
      [],
    )
    assert.ok(
      page.requests.every(
        (requested) => requested.startsWith(new URL(url!).origin) || requested.startsWith('data:'),
      ),
    )
  })
})
