import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { deskWith } from './snippets/desk-with.ts'
import type { Fence } from './snippets/fences.ts'
import { commandsInBlocks, oursIn } from './snippets/ours.ts'
import { allFences, root } from './snippets/pages.ts'
import { runAll } from './snippets/run-all.ts'
import type { Desk } from './support/desk.ts'

/** Every different one in the blocks of the documents, without what a shell would have put in. */
const lines = [...new Set(commandsInBlocks().flatMap((command) => JSON.stringify(oursIn(command) ?? [])))]
  .map((line) => JSON.parse(line) as string[])
  .filter((words) => words.length > 0)

const isStart = ([name]: string[]): boolean => name === 'start'
const isDaemon = (words: string[]): boolean => words.includes('--daemon')

/** These go on until Ctrl-C. */
const goesOn = (words: string[]): boolean => ['open', 'inspect'].includes(words[0]!) || words.includes('-f')

/** One worker each, where the command does not say how many. */
const env = { CLUSTERED_WORKERS: '1', CLUSTERED_LAG_WARNING: '0' }

/** In the order in which they can follow each other. */
const order = ['completion', 'init', 'startup', 'scale', 'reload', 'restart', 'stop', 'delete']

async function runOnce(desk: Desk, words: string[]): Promise<string> {
  const child = desk.spawn(words, env)
  let output = ''
  const until = (pattern: RegExp): Promise<void> =>
    new Promise((resolve) => {
      for (const stream of [child.stdout!, child.stderr!])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text
          if (pattern.test(output)) resolve()
        })
    })
  const ended = once(child, 'close') as Promise<[number | null, string | null]>
  const limit = setTimeout(() => child.kill('SIGKILL'), 120_000)
  await Promise.race([until(goesOn(words) ? /\S\n/ : /listening on|running, /), ended])
  if (goesOn(words)) child.kill('SIGINT')
  else if (child.exitCode === null) child.kill('SIGTERM')
  const [code, signal] = await ended
  clearTimeout(limit)
  // What follows has nothing to end.
  const isFine = code === 0 || (words[0] === 'logs' && signal === 'SIGINT')
  assert.ok(isFine, `clustered ${words.join(' ')} ended with ${code ?? signal}:\n${output}`)
  return output
}

describe('commands in the documents', () => {
  it('start what they say, in the foreground, and end with 0', async (t) => {
    const starts = lines.filter((words) => isStart(words) && !isDaemon(words))
    assert.ok(starts.length > 8, `${starts.length} starts`)
    const desk = deskWith(t, starts)
    for (const words of starts) await runOnce(desk, words)
    t.diagnostic(`${starts.length} in the foreground`)
  })

  it('start daemons', async (t) => {
    const starts = lines.filter((words) => isStart(words) && isDaemon(words))
    const desk = deskWith(t, starts)
    for (const words of starts) {
      const { code, stdout, stderr } = await desk.run(...words)
      assert.equal(code, 0, `clustered ${words.join(' ')}: ${stdout}${stderr}`)
      assert.equal((await desk.run('delete', 'all')).code, 0)
    }
    t.diagnostic(`${starts.length} daemons`)
  })

  it('ask and operate what runs', async (t) => {
    const asked = lines.filter((words) => !isStart(words) && !goesOn(words)).map(known)
    const endless = lines.filter((words) => !isStart(words) && goesOn(words))
    const desk = await running(t, asked)
    const sorted = asked.toSorted(([a], [b]) => order.indexOf(a!) - order.indexOf(b!))
    // Before one of them stops what they are about.
    for (const words of endless) await runOnce(desk, known(words))
    const verdicts = await runAll(desk, sorted)
    const wrong = verdicts.flatMap(({ code, stdout, stderr }, index) =>
      code === 0 ? [] : [`clustered ${sorted[index]!.join(' ')}: ${code}: ${stdout}${stderr}`],
    )
    assert.deepEqual(wrong, [], wrong.join('\n'))
    t.diagnostic(`${sorted.length} that end by themselves, ${endless.length} by Ctrl-C`)
  })
})

it('the file of programs in docs/operate/config-file.md is one', async (t) => {
  const desk = deskWith(t, [['dist/server.js', 'report.js']])
  const [{ text }] = allFences().filter(
    ({ page, language }) => page.endsWith('/config-file.md') && language === 'ts',
  ) as [Fence]
  desk.write('clustered.config.ts', text)
  for (const name of ['server.ts', '.env']) desk.write(`../api/${name}`, '')
  for (const folder of ['project', 'api'])
    for (const name of ['tsx', '@clustered/cli']) {
      const link = path.join(desk.root, folder, 'node_modules', name)
      mkdirSync(path.dirname(link), { recursive: true })
      const target = name === 'tsx' ? 'node_modules/tsx' : 'packages/cli'
      if (!existsSync(link)) symlinkSync(path.join(root, target), link)
    }
  const { code, stdout, stderr } = await desk.run('startup', 'clustered.config.ts')
  assert.equal(code, 0, stderr)
  for (const name of ['web', 'api', 'report']) assert.match(stdout, new RegExp(`${name}\\.service`))
})

/** Under names that there are here, and for no longer than a test can wait. */
function known(words: string[]): string[] {
  return words.map((word, index) => {
    if (word === 'checkout-service-of-europe') return 'shop'
    return words[index - 1] === '--seconds' ? '1' : word
  })
}

async function running(t: TestContext, asked: string[][]): Promise<Desk> {
  const desk = deskWith(t, [...asked, ['app.js', 'shop.js', 'api.js']])
  for (const name of ['app', 'shop', 'api'])
    assert.equal((await desk.run('start', `${name}.js`, '--name', name, '-i', '1', '--daemon')).code, 0)
  return desk
}
