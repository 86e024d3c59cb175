import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import express from 'express'
import { hasBrowser } from './support/chromium.ts'
import { Chromium, type DrivenPage } from './support/driven-page.ts'
import { barriers, settled, tooWide } from './support/seeing.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const skip = !hasBrowser && !process.env['CI'] && 'chromium is not installed'
/** A folder for pictures of each page, for whoever wants to look at them. */
const shots = process.env['SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })

const root = fileURLToPath(new URL('../../', import.meta.url))
const desktop = { width: 1280 }
const phone = { width: 390, height: 844 }

/** Fails where the build does, as it does on a link that leads nowhere. */
async function build(): Promise<string> {
  const folder = temporaryFolder()
  const vitepress = path.join(root, 'node_modules/vitepress/bin/vitepress.js')
  await promisify(execFile)(process.execPath, [vitepress, 'build', 'site', '--outDir', folder], { cwd: root })
  return folder
}

async function serve(t: TestContext, folder: string): Promise<string> {
  const server: Server = express()
    .use(express.static(folder, { extensions: ['html'] }))
    .listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What goes beyond the edge, in nothing that scrolls. */
async function cutOff(page: DrivenPage): Promise<string[]> {
  return page.evaluate(`(() => {
    const scrolls = (node) => node && (/auto|scroll/.test(getComputedStyle(node).overflowX) || scrolls(node.parentElement))
    return [...document.body.querySelectorAll('#VPContent *')]
      .filter((node) => node.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !scrolls(node.parentElement))
      .map((node) => node.outerHTML.slice(0, 120))
  })()`)
}

test('the site', { skip }, async (t) => {
  const folder = await build()
  const site = await serve(t, folder)
  const chromium = new Chromium(t)
  const page = await chromium.open(`${site}/`, desktop)
  const go = async (address: string) => {
    await page.send('Page.navigate', { url: 'about:blank' })
    await page.send('Page.navigate', { url: site + address })
    // The page is there, and its script has taken it over.
    await page.until(`document.querySelector('#app')?.__vue_app__ && document.querySelector('h1')`)
  }

  // To look for barriers takes long: what is alike is looked at once.
  const some: Record<string, string[]> = {
    '/': ['desktop-dark'],
    '/docs/': ['phone'],
    '/docs/get-started/nest': ['phone', 'desktop-dark'],
    '/docs/how-it-works/': ['phone'],
    '/docs/performance': ['desktop-dark'],
    '/docs/reference/options': [],
  }
  for (const [address, closely] of Object.entries(some))
    await t.test(`${address} fits, and leaves nobody out`, async () => {
      await go(address)
      for (const [name, look] of Object.entries({
        phone: phone,
        'desktop-dark': { ...desktop, dark: true },
        ...(shots && { 'phone-dark': { ...phone, dark: true }, desktop }),
      })) {
        await page.look(look)
        assert.deepEqual(await tooWide(page), [], name)
        assert.deepEqual(await cutOff(page), [], name)
        if (closely.includes(name)) assert.deepEqual(await barriers(page), [], name)
        await settled(page)
        if (shots) await page.screenshot(path.join(shots, `${address.replaceAll('/', '_')}-${name}.png`))
      }
      assert.deepEqual(page.complaints, [])
    })

  await t.test('leads to every page', async () => {
    await go('/docs/')
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('.VPSidebar a')].map(({ pathname }) => pathname)`,
    )
    const pages = readdirSync(path.join(folder, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.html'))
      .map((name) => `/docs/${name.replace(/(index)?\.html$/, '')}`)
    assert.deepEqual(
      pages.filter((address) => !links.includes(address)),
      [],
    )
  })

  await t.test('finds what one looks for', async () => {
    await page.click('#local-search button')
    await page.until(`document.activeElement?.id === 'localsearch-input'`)
    await page.write('drainTimeout')
    await page.until(`document.querySelector('#localsearch-list a[href*="/docs/reference/options"]')`)
    await page.press('Enter')
    await page.until(`location.pathname.startsWith('/docs/') && location.hash`)
    assert.deepEqual(page.complaints, [])
  })
})
