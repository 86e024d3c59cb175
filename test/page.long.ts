import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { start } from './support/program.ts'
import { hasBrowser } from './support/chromium.ts'
import { Chromium, type DrivenPage } from './support/driven-page.ts'
import { barriers, settled, tooWide } from './support/seeing.ts'
import { FakeLive } from './support/fake-live.ts'
import {
  allWell,
  closing,
  crashLoop,
  hanging,
  muchToSay,
  reloading,
  sample,
  say,
  worker,
} from './support/live-scenes.ts'

const skip = !hasBrowser && !process.env['CI'] && 'chromium is not installed'
/** A folder for pictures of each state, for whoever wants to look at them. */
const shots = process.env['SCREENSHOTS']
if (shots) mkdirSync(shots, { recursive: true })

const wide = { width: 1280 }
const dark = { ...wide, dark: true }
const phone = { width: 360, height: 740 }

async function shoot(page: DrivenPage, name: string): Promise<void> {
  if (!shots) return
  await settled(page)
  await page.screenshot(path.join(shots, `${name}.png`))
}

test('the live page', { skip }, async (t) => {
  const fake = await FakeLive.open(t, allWell())
  const chromium = new Chromium(t)
  const page = await chromium.open(fake.url, wide)
  const heading = (text: string) => page.sees('h1', text)
  const become = async (program: ReturnType<typeof allWell>, text: string) => {
    fake.become(program)
    await heading(text)
  }

  const scenes = {
    well: [allWell(), 'All well: 8 workers, generation 12, up 3 d'],
    reload: [reloading(), 'Reloading: generation 13 is in 3 of 8 slots, 8 serve'],
    hang: [hanging(), 'A worker hangs: slot 3 in GET /report'],
    'crash-loop': [crashLoop(), 'slot 3 has no worker since'],
    down: [crashLoop(Date.now(), [0, 1, 2, 3, 4, 5, 6, 7]), 'Down: no worker serves'],
    closing: [closing(), 'Closing: 3 workers left'],
    much: [muchToSay(), 'A worker hangs'],
    many: [allWell(64), 'All well: 64 workers'],
    'many-reload': [reloading(64, 20), 'in 20 of 64 slots'],
  } as const

  await t.test('has a heading for each state, fits, and leaves nobody out', async () => {
    for (const [name, [program, text]] of Object.entries(scenes)) {
      await become(program, text)
      // Each way to look takes long: without pictures, those that differ.
      const isAlike = /many|much|down|closing/.test(name)
      for (const look of shots
        ? [wide, dark, phone]
        : name === 'crash-loop'
          ? [wide, dark, phone]
          : [phone, wide]) {
        await page.look(look)
        assert.deepEqual(await tooWide(page), [], `${name} at ${look.width}`)
        await shoot(page, `${name}${look === phone ? '-phone' : look === dark ? '-dark' : ''}`)
        if (look !== phone && !isAlike) assert.deepEqual(await barriers(page), [], name)
      }
    }
    await page.look(wide)
    assert.match(await page.evaluate('document.title'), /^Reloading – shop$/)
    assert.match(await page.evaluate('document.querySelector("link[rel=icon]").href'), /^data:image\/svg/)
  })

  await t.test('shows a reload pass through the slots', async () => {
    const program = allWell(3)
    const { status } = program
    await become(program, 'All well: 3 workers')
    const lanes = (slot: number) =>
      page.evaluate<string>(`[...document.querySelectorAll('[data-slot="${slot}"] .lane')].map((lane) =>
        lane.querySelector('.state').textContent.split(' ')[0] + ' ' + lane.querySelector('.generation').textContent).join(', ')`)
    const seen: string[] = []
    await page.evaluate(`globalThis.announced = []
      new MutationObserver(() => announced.push(document.querySelector('#announcer').textContent.split(':')[0]))
        .observe(document.querySelector('#announcer'), { childList: true, characterData: true, subtree: true })`)
    const tell = async (slot: number, expected: string) => {
      fake.tell('status', status)
      await page.until(
        `[...document.querySelectorAll('[data-slot="${slot}"] .state')].length === ${expected.split(', ').length}`,
      )
      seen.push(await lanes(slot))
    }
    status.generation = 13
    status.lastReload = { generation: 13, state: 'under way', at: Date.now() }
    for (let slot = 0; slot < 3; slot++) {
      const old = status.workers.find((one) => one.slot === slot)!
      const next = { ...worker(slot, 13, Date.now()), state: 'booting' as 'booting' | 'ready' }
      status.workers.push(next)
      await tell(slot, 'ready g12, booting g13')
      next.state = 'ready'
      old.state = 'draining'
      fake.tell('status', status)
      await page.until(`document.querySelector('[data-slot="${slot}"] [data-state=draining]')`)
      seen.push(await lanes(slot))
      await heading(`generation 13 is in ${slot + 1} of 3 slots`)
      status.workers = status.workers.filter((one) => one !== old)
      await tell(slot, 'ready g13')
    }
    const each = ['ready g12, booting g13', 'draining g12, ready g13', 'ready g13']
    assert.deepEqual(seen, [...each, ...each, ...each])
    const movement = `getComputedStyle(document.querySelector('[data-how=enters]')).animationName`
    assert.equal(await page.evaluate(movement), 'enter')
    await page.look({ ...wide, still: true })
    assert.equal(await page.evaluate(movement), 'none')
    await page.look(wide)
    status.lastReload = { generation: 13, state: 'done', at: Date.now() }
    fake.tell('status', status)
    await heading('All well: 3 workers, generation 13')
    assert.equal(await page.text('#announcer'), await page.text('h1'))
    // Once for each state, and not for each slot, each second.
    assert.deepEqual(await page.evaluate('announced'), ['Reloading', 'All well'])
  })

  await t.test('takes everything that a program says as text', async () => {
    const evil = '<script>pwned = 1</script><img src=x onerror="pwned = 1">"\'><svg onload=pwned=1>'
    const program = crashLoop()
    Object.assign(program.status, { name: evil, address: evil, version: evil, cwd: evil, container: evil })
    program.status.bySlot[3]!.lastFailure!.lastWords = evil
    program.happened.push(say(Date.now(), 'error', evil, evil))
    program.faults = [{ ...program.faults[0]!, what: evil, stack: evil, request: evil }]
    await become(program, evil)
    for (const place of ['#name', '#facts', '#happened', '.what', 'pre', 'dd', 'h1'])
      await page.sees(place === 'dd' ? '#faults dl' : place, evil)
    await page.click('[data-slot="3"]')
    await page.sees('dialog', evil)
    await page.press('Escape')
    assert.equal(
      await page.evaluate('typeof pwned + document.querySelectorAll("body script, img").length'),
      'undefined0',
    )
    await assert.rejects(page.evaluate('document.body.innerHTML = "<p>"'), /TrustedHTML/)
    // That is the policy's own word, and not the page's.
    page.complaints.length = 0
  })

  await t.test('draws what is known, with gaps where nothing is, and says each value', async () => {
    const program = allWell()
    await become(program, 'All well')
    const line = 'document.querySelectorAll(".series")[0].getAttribute("d")'
    assert.equal(await page.evaluate(`${line}.split("M").length - 1`), 2)
    const last = { ...sample(program.samples.at(-1)!.at + 1000, 3, 8), requests: 1234, errors: 7, p99: null }
    fake.tell('sample', last)
    await page.sees('figure', '1.2 k/s')
    await page.sees('figure', '7/s')
    await page.sees('figure:nth-child(2)', 'p99 –')
    await page.click('figure .plot')
    await page.sees('#cursor-time', 'at ')
    await page.press('Home')
    await page.until('document.activeElement.getAttribute("aria-valuenow") === "-300"')
    await page.press('End', 'ArrowLeft', 'ArrowRight')
    await page.until(
      'document.activeElement.getAttribute("aria-valuetext") === "now: answered 1.2 k/s, errors 7/s"',
    )
  })

  await t.test('asks once, sends once, and says how it went', async () => {
    await become(allWell(), 'All well')
    await page.click('#reload')
    await page.sees('dialog', 'generation 13')
    assert.deepEqual(await barriers(page), [])
    await shoot(page, 'question')
    // A key that is pressed twice says no.
    await page.press('Enter')
    await page.until('!document.querySelector("dialog") && document.activeElement.id === "reload"')
    await page.press('Enter')
    await page.press('Escape')
    assert.deepEqual(fake.posts, [])

    let end: () => void
    fake.onPost = (_post, response) => {
      response.write(`${JSON.stringify({ event: 'reload:start', generation: 13 })}\n{"event":"worker:ready",`)
      response.write(`"worker":${JSON.stringify(worker(0, 13, 0))},"bootTime":9}\n`)
      end = () => response.end('{"event":"end","ok":true,"generation":13,"slots":8}\n')
    }
    await page.press('Enter', 'Tab', 'Enter')
    await page.sees('#progress', '1 of 8 slots done. Slot 0, generation 13, is ready')
    await page.sees('#why-not', 'Reload is under way.')
    await shoot(page, 'progress')
    await page.click('#reload')
    assert.equal(await page.evaluate('document.querySelector("dialog")'), null)
    end!()
    await page.sees('#progress', 'Reload done: every slot runs generation 13, after')
    assert.deepEqual(fake.posts.splice(0), [{ url: '/v1/reload', body: '', authorization: undefined }])

    fake.onPost = (_post, response) =>
      response.end(
        '{"event":"end","ok":false,"error":{"code":"ERR_CLUSTERED_RELOAD_FAILED","message":"Reload stopped.","stack":"Error: x\\n    at y"}}\n',
      )
    await page.click('#reload')
    await page.click('dialog .main')
    await page.sees('#progress', 'Reload failed: Reload stopped.')
    await page.sees('#progress pre', 'ERR_CLUSTERED_RELOAD_FAILED\nError: x\n    at y')
    await shoot(page, 'failed')
    assert.equal(fake.posts.splice(0).length, 1)

    fake.onPost = (_post, response) => response.end('{}')
    await page.click('[aria-label="One worker more"]')
    await page.click('[aria-label="One worker more"]')
    await page.click('#scale')
    await page.sees('dialog', 'From 8 to 10 workers?')
    await page.click('dialog .main')
    await page.sees('#progress', 'Scaled to 10 workers')
    assert.deepEqual(
      fake.posts.splice(0).map(({ url, body }) => url + body),
      ['/v1/scale{"workers":10}'],
    )

    await page.click('[data-slot="5"]')
    await page.sees('dialog', 'pid 4305')
    assert.deepEqual(await barriers(page), [])
    await shoot(page, 'slot')
    await page.click('dialog .main')
    await page.sees('#progress', 'The worker of slot 5 is replaced')
    assert.deepEqual(
      fake.posts.splice(0).map(({ url, body }) => url + body),
      ['/v1/replace{"slot":5}'],
    )
  })

  await t.test('can be used without a mouse', async () => {
    await become(allWell(), 'All well')
    await page.evaluate('document.activeElement.blur()')
    const at = () =>
      page.evaluate<string>(
        '(document.activeElement.getAttribute("aria-label") ?? document.activeElement.textContent).split(":")[0]',
      )
    const walk: string[] = []
    // From the beginning of the document, whatever was clicked before.
    await page.evaluate('document.querySelector(".skip").focus()')
    for (let i = 0; i < 9; i++) {
      walk.push(await at())
      await page.press('Tab')
    }
    assert.deepEqual(walk, [
      'To the slots',
      'Reload',
      'One worker fewer',
      'Workers',
      'One worker more',
      'Scale',
      'Dismiss',
      walk[7],
      'Requests, second by second',
    ])
    assert.match(walk[7]!, /^Slot \d$/)
    assert.notEqual(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'), 'none')
    await page.press('+Tab', '+Tab', 'Home')
    assert.equal(await at(), 'Slot 0')
    await page.press('ArrowRight', 'ArrowRight')
    assert.equal(await at(), 'Slot 2')
    await page.press('ArrowDown', 'ArrowUp', 'End', 'ArrowLeft')
    assert.equal(await at(), 'Slot 6')
    await page.press('Enter')
    await page.sees('dialog', 'Slot 6')
    assert.equal(await at(), 'Close')
    await page.press('Escape')
    assert.equal(await at(), 'Slot 6')
    // What is new does not take the focus away.
    fake.tell('status', fake.program.status)
    fake.tell('happened', say(Date.now(), 'info', 'scale', 'scale to 9'))
    await page.sees('#happened li', 'scale to 9')
    assert.equal(await at(), 'Slot 6')
  })

  await t.test('says that the connection is lost, for how long, and finds it again', async () => {
    assert.deepEqual(page.complaints, [])
    fake.isDown = true
    fake.hangUp()
    await heading('Connection lost for 1 s')
    await page.sees('#also', 'Then: All well: 8 workers')
    await page.sees('#why-not', 'out of reach')
    assert.equal(
      await page.evaluate('getComputedStyle(document.querySelector("#content")).filter'),
      'grayscale(1)',
    )
    await shoot(page, 'lost')
    await page.click('#reload')
    assert.equal(await page.evaluate('document.querySelector("dialog")'), null)
    fake.isDown = false
    fake.refusal = "'shop' does not run now."
    await heading('Out of reach for')
    await page.sees('#also', "'shop' does not run now. Next try in")
    fake.refusal = undefined
    await heading('All well')
    // That it was not reached is what the browser says.
    assert.ok(page.complaints.splice(0).every((one) => /Failed to load resource.*v1\/live/.test(one)))
  })

  await t.test('changes nothing without the token, which does not stay in the address bar', async () => {
    fake.program = { ...allWell(), mayChange: false }
    fake.hangUp()
    await page.sees('#why-not', 'Looking only.')
    await page.click('#reload')
    await page.click('[data-slot="1"]')
    await page.sees('dialog', 'Looking only.')
    await page.click('dialog .main')
    await page.press('Escape')
    await shoot(page, 'looking-only')
    fake.token = 's3cret'
    fake.program.mayChange = true
    fake.hangUp()
    await page.sees('dialog', 'The token')
    await heading('A token is needed')
    await shoot(page, 'token')
    await page.write('s3cret')
    await page.press('Enter')
    await heading('All well')
    await page.click('#reload')
    await page.click('dialog .main')
    await page.sees('#progress', 'Reload done')
    assert.deepEqual(
      fake.posts.map(({ authorization }) => authorization),
      ['Bearer s3cret'],
    )
    page.complaints.length = 0
    const other = await chromium.open(`${fake.url}/p/shop/#token=s3cret`, wide)
    await other.sees('h1', 'All well')
    assert.equal(await other.evaluate('location.href'), `${fake.url}/p/shop/`)
    assert.equal(
      await other.evaluate('document.querySelector("#up").getAttribute("href")'),
      '../../#token=s3cret',
    )
    assert.deepEqual(other.complaints, [])
    fake.token = undefined
  })

  await t.test('shows several programs in one table', async () => {
    fake.programs = [
      { name: 'shop', path: 'p/shop/', status: allWell().status, error: null },
      { name: 'mailer', path: 'p/mailer/', status: crashLoop().status, error: null },
      { name: 'checkout', path: 'p/checkout/', status: null, error: 'does not respond: pid 88' },
      { name: 'old', path: 'p/old/', status: null, error: 'is stopped' },
    ]
    const overview = await chromium.open(`${fake.url}/overview.html#token=abc`, wide)
    await overview.sees('h1', 'Not well: 2 of 4 programs')
    await overview.sees('tr:nth-child(2) .state', 'Degraded slot 3 has no worker')
    await overview.sees('tr:nth-child(3) .state', 'Out of reach does not respond: pid 88')
    assert.equal(
      await overview.evaluate('document.querySelector("tbody a").getAttribute("href")'),
      'p/shop/#token=abc',
    )
    assert.deepEqual(await barriers(overview), [])
    await shoot(overview, 'overview')
    await overview.look(phone)
    assert.deepEqual(await tooWide(overview), [])
    await shoot(overview, 'overview-phone')
    fake.programs.length = 1
    await overview.sees('h1', 'All well: 1 program')
    assert.deepEqual(overview.complaints, [])
  })

  await t.test('has loaded nothing from elsewhere', () => {
    assert.deepEqual(page.complaints, [])
    assert.ok(page.requests.length > 20)
    assert.deepEqual(
      page.requests.filter((url) => !url.startsWith(fake.url) && !url.startsWith('data:')),
      [],
    )
  })

  await t.test('shows a program that is reloaded, scaled, killed, stuck and stopped', async () => {
    const token = 'a-token-of-a-test-of-the-page'
    const OPTIONS = JSON.stringify({
      name: 'real',
      workers: 2,
      hangTimeout: 1500,
      // The page, in a browser that waits for a core, has to get to show both workers of a slot.
      reload: { soak: 1000 },
      admin: { port: 0, token },
    })
    const program = start(t, 'server.js', { env: { OPTIONS } })
    const port = await program.listens()
    const [, address] = await program.sees(/admin server at (http:\S+:\d+)/)
    const live = await chromium.open(`${address}/#token=${token}`, wide)
    await live.sees('h1', 'All well: 2 workers, generation 1')

    // Which slots have two workers at some time.
    await live.evaluate(`globalThis.passed = new Set()
    new MutationObserver(() => {
      for (const cell of document.querySelectorAll('.cell'))
        if (cell.querySelectorAll('.lane').length === 2) passed.add(cell.dataset.slot)
    }).observe(document.querySelector('#slots'), { subtree: true, childList: true })`)
    await live.click('#reload')
    await live.click('dialog .main')
    await live.sees('#progress', 'Reload done: every slot runs generation 2')
    await live.sees('h1', 'All well: 2 workers, generation 2')
    assert.equal(await live.evaluate('[...passed].sort().join()'), '0,1')
    await live.sees('#happened', 'reload done: every slot is on generation 2')

    await live.click('[data-slot="1"]')
    await live.click('dialog .main')
    await live.sees('#progress', 'The worker of slot 1 is replaced: pid')
    await live.click('[aria-label="One worker more"]')
    await live.click('#scale')
    await live.click('dialog .main')
    await live.sees('#progress', 'Scaled to 3 workers')
    await live.sees('h1', 'All well: 3 workers')

    const pid = Number(await (await fetch(`http://127.0.0.1:${port}/pid`)).text())
    process.kill(pid, 'SIGKILL')
    await live.sees('#fault-crash', 'Killed by SIGKILL')
    await live.sees('h1', 'All well: 3 workers')
    await fetch(`http://127.0.0.1:${port}/spin?secret=1`).catch(() => {})
    await live.sees('#fault-hung', 'GET /spin')
    await live.sees('#fault-hung pre', 'spin')
    await live.sees('h1', 'All well: 3 workers')
    await live.sees('#also', 'hung')
    assert.equal(await live.evaluate('document.body.textContent.includes("secret")'), false)
    await shoot(live, 'real')
    assert.deepEqual(live.complaints, [])

    await assert.rejects(live.evaluate('document.body.innerHTML = "<p>"'), /TrustedHTML/)
    program.kill('SIGTERM')
    await live.sees('h1', 'Connection lost')
    await live.sees('#happened', 'closing: SIGTERM')
  })
})
