import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hasBrowser, Page } from './support/browser.ts'
import { start } from './support/program.ts'

const reloads = 5

describe(
  'a page in a browser',
  { concurrency: true, skip: !hasBrowser && !process.env['CI'] && 'chromium is not installed' },
  () => {
    for (const protocol of ['http', 'https'])
      it(`stays connected through reloads, and none of its requests fails (${protocol})`, async (t) => {
        const program = start(t, 'lasting.js', {
          env: { OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 50 } }) },
        })
        const plain = await program.listens()
        const [, secure] = await program.sees(/secure at (\d+)\./)
        const page = await Page.open(
          t,
          (report) =>
            `${protocol}://localhost:${protocol === 'http' ? plain : secure}/page?report=${report}`,
        )
        await page.tells('events open', 1)
        for (let reload = 1; reload <= reloads; reload++) {
          const since = program.output.length
          const opened = [page.count('socket open'), page.count('events open')]
          program.kill('SIGHUP')
          // The worker that it is connected to is one of these.
          await program.sees(/reload done[^]*drain of [^]*drain of /, since)
          await page.tells('socket open', opened[0]! + 1)
          await page.tells('events open', opened[1]! + 1)
        }
        const { lines, log } = page
        const told = lines.join('\n')
        assert.doesNotMatch(told, /BROKEN|FAILED/)
        assert.deepEqual(
          lines.filter((line) => line.startsWith('socket closed') && line !== 'socket closed: 1012'),
          [],
        )
        assert.ok(page.count('socket closed: 1012') >= reloads, told)
        assert.ok(page.count('events ended') >= reloads, told)
        // A stream that is cut is one there, as is a request that failed.
        assert.doesNotMatch(log, /net::ERR_\w+|WebSocket connection to/)
        assert.doesNotMatch(program.output, /BROKEN/)
        t.diagnostic(`${page.count('answered')} hundred requests`)
      })
  },
)
