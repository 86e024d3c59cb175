import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { Desk } from './support/desk.ts'
import { pretend, pretendedStatus } from './support/pretended.ts'
import { Terminal } from './support/terminal.ts'

const minute = 60_000
const escape = '\u001b['

const failure = (ago: number) => ({
  at: Date.now() - ago,
  pid: 5001,
  generation: 1,
  reason: 'exit code 1',
  code: 1,
  signal: null,
  lastWords: 'Error: no database, at connect (/srv/api/db.js:12:5)',
})
const slots = (ago: number) => [
  { slot: 0, state: 'ready', pid: 5000, failures: 0 },
  { slot: 1, state: 'empty', failures: 4, nextBoot: Date.now() + minute, lastFailure: failure(ago) },
]

/** Thirty services, of which few are not as they should be. */
const services: Record<string, object> = {
  ...Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`service-${index}`, {}])),
  'checkout-service-of-the-west-1-worker': { state: 'degraded', bySlot: slots(minute), restarts: 7 },
  'api-cart': { lastReload: { generation: 2, state: 'failed', at: Date.now() } },
  'api-search': { bySlot: slots(3 * 60 * minute), primary: { rss: 900_000_000 } },
  'api-pod': { container: 'pod-7f9c', state: 'booting' },
}

type Select = (programs: object[], flags: object) => { name: string }[]
const { select } = (await import(new URL('../../packages/cli/dist/select.js', import.meta.url).href)) as {
  select: Select
}

describe('clustered list, of thirty services', () => {
  it('sorts and filters them', () => {
    const programs = Object.entries(services).map(([name, more]) => ({
      name,
      user: 'me',
      status: pretendedStatus(name, more),
    }))
    const named = (flags: object) => select(programs, flags).map(({ name }) => name)
    assert.equal(named({}).length, 30)
    const checkout = 'checkout-service-of-the-west-1-worker'
    assert.deepEqual(named({ crashedSince: '1h' }), [checkout])
    assert.deepEqual(named({ crashedSince: '1d', sort: 'crashed' }), [checkout, 'api-search'])
    assert.deepEqual(named({ old: true }), ['api-cart'])
    assert.deepEqual(named({ filter: ['name=api-*', 'state=ready'] }), ['api-cart', 'api-search'])
    assert.deepEqual(named({ filter: 'restarts=7' }), [checkout])
    assert.deepEqual(named({ sort: 'state' }).slice(0, 2), [checkout, 'api-pod'])
    assert.deepEqual(named({ sort: 'memory' })[0], 'api-search')
    assert.deepEqual(named({ state: 'degraded, booting' }), [checkout, 'api-pod'])
  })

  it('says what is wrong with what it was asked', () => {
    for (const [flags, message] of [
      [{ sort: 'size' }, /--sort size is not known\. Expected: name, memory/],
      [{ state: 'fine' }, /'fine' is no state/],
      [{ filter: 'state=fine' }, /'fine' is no state/],
      [{ filter: 'colour=red' }, /--filter colour=red is not understood.*Columns: name, pid/],
      [{ crashedSince: 1 }, /--crashed-since 1 is not a time/],
    ] as const)
      assert.throws(() => select([], flags), { code: 'ERR_CLUSTERED_USAGE', message })
  })

  it('fits the terminal, and is whole where there is none', async (t) => {
    const desk = new Desk(t)
    await pretend(t, desk, services)
    const terminal = new Terminal(t, desk, { TERM: 'xterm' })
    await terminal.run('true')
    for (const [columns, titles] of [
      [80, /name +state +workers +req\/s +CPU +memory +container$/],
      [60, /name +state +workers +memory +container$/],
      [40, /name +state +workers +container$/],
    ] as const) {
      const { output } = await terminal.run(`stty cols ${columns} rows 50; clustered list`)
      assert.ok(output.includes(escape), 'in colours')
      const lines = stripVTControlCharacters(output)
        .split(/[\r\n]+/)
        .filter((line) => /^(name|api|che|serv)/.test(line))
      assert.equal(lines.length, 31, output)
      assert.match(lines[0]!, titles)
      for (const line of lines) assert.ok(line.length <= columns, `${line.length} of ${columns}: ${line}`)
      const [cut] = lines.filter((line) => line.startsWith('che'))
      assert.match(
        cut!,
        columns === 80 ? /^checkout-se.*t-1-worker +degraded +2\/2/ : /^che\S*\.\.\.\S*er +degraded +2\/2/,
      )
    }
    const plain = await terminal.run('NO_COLOR=1 clustered list --old')
    assert.ok(!plain.output.split('clustered list --old').at(-1)!.includes(`${escape}1m`), plain.output)

    desk.env['CI'] = 'true'
    const piped = (await desk.run('list')).stdout
    assert.ok(!piped.includes(escape), 'no colours, in CI either')
    const [head, ...rows] = piped.trimEnd().split('\n')
    assert.match(
      head!,
      /^name +pid +state +workers +gen +req\/s +p99 +CPU +memory +restarts +crashed +uptime +address +container$/,
    )
    for (const row of rows) assert.equal(row.split(/ {2,}/).length, 14, row)
    desk.env['FORCE_COLOR'] = '1'
    const { stdout } = await desk.run('list', 'api-*', 'checkout*', '--state', 'degraded,booting')
    assert.ok(stdout.includes(escape))
    assert.equal(stdout.trim().split('\n').length, 3)
  })
})

describe('clustered top', () => {
  it('shows what fits, and its last line where the terminal does not say how high it is', async (t) => {
    const desk = new Desk(t)
    await pretend(t, desk, { shop: {} })
    const terminal = new Terminal(t, desk, { TERM: 'xterm' })
    for (const [size, last] of [
      ['cols 0 rows 0', / 1 +5001 +ready +206 [^\n]*$/],
      ['cols 60 rows 6', /\.\.\. and 4 lines more, for a higher window/],
    ] as const) {
      const since = terminal.output.length
      terminal.type(`stty ${size}; clustered top; echo "<$?>"\n`)
      await terminal.sees(/q to quit/, since)
      await terminal.sees(/\[J/, since)
      const [screen] = terminal.output.slice(since).split(`${escape}J`)
      assert.match(stripVTControlCharacters(screen!).trimEnd(), last)
      terminal.type('q')
      await terminal.sees(/<0>/, since)
    }
  })
})

describe('an answer that nobody takes', () => {
  it('is one line, or nothing where the reader has left', async (t) => {
    const desk = new Desk(t)
    await pretend(t, desk, { shop: {} })
    const shell = (script: string): Promise<[stdout: string, stderr: string]> =>
      new Promise((resolve) => {
        execFile('bash', ['-c', script], { env: desk.env, cwd: desk.project }, (_error, stdout, stderr) =>
          resolve([stdout, stderr]),
        )
      })
    const commands = ['list', 'top', 'health shop', 'help start', 'completion bash']
    const runs = commands.map(
      (command) =>
        `clustered ${command} > /dev/full; echo "$?"; clustered ${command} | true; echo "\${PIPESTATUS[0]}"`,
    )
    const [codes, errors] = await shell(runs.join('\n'))
    assert.deepEqual(
      codes.trim().split('\n'),
      commands.flatMap(() => ['1', '0']),
    )
    assert.equal(errors, 'error: ENOSPC: no space left on device, write (ENOSPC)\n'.repeat(commands.length))
  })
})
