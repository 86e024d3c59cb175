import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { Desk } from './support/desk.ts'
import { pretend } from './support/pretended.ts'
import { Terminal } from './support/terminal.ts'

const cli = new URL('../../packages/cli/dist/cli.js', import.meta.url).href

describe('clustered help', () => {
  it('has every command, and of each its options, examples and exit codes', async (t) => {
    const desk = new Desk(t)
    const overview = await desk.run('help')
    assert.equal(overview.code, 0)
    const listed = [...overview.stdout.matchAll(/^ {2}([a-z]+) (?=.* {2}|[<[])/gm)].map(([, name]) => name!)
    const commands = listed.filter((name) => name !== 'clustered')
    for (const name of ['start', 'list', 'health', 'delete', 'completion'])
      assert.ok(commands.includes(name), name)
    // In one process, as there are many.
    const script = `const { run } = await import(${JSON.stringify(cli)})
for (const name of process.argv.slice(1)) {
  await run(['help', name])
  console.log('end of', name)
}`
    const { stdout: helps } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '-e',
      script,
      ...commands,
    ])
    for (const name of commands) {
      const [help] = helps.split(`\nend of ${name}\n`)
      assert.match(
        help!.split(/\nend of [a-z]+\n/).at(-1)!,
        /\nUsage:\n {2}clustered [^]*\nOptions[^]*\nExamples:\n {2}\S[^]*\nExit codes:\n {2}0 {2}\S/,
      )
    }
    const removal = await desk.run('delete', '--help')
    assert.match(removal.stdout, /cannot be undone/)
    assert.match((await desk.run('help', 'exit-codes')).stdout, /health:\n {2}0 {2}ready/)
    const wrong = await desk.run('help', 'strat')
    assert.deepEqual([wrong.code, wrong.stdout], [2, ''])
    assert.match(wrong.stderr, /no command 'strat'\. Is it 'clustered start' that you mean\?/)
  })
})

describe('clustered completion', () => {
  it('has bash complete commands, options and names', async (t) => {
    const desk = new Desk(t)
    await pretend(t, desk, { 'shop-front': {}, 'shop-back': {} })
    desk.write('application.js', '')
    const terminal = new Terminal(t, desk, {})
    await terminal.run('eval "$(clustered completion bash)"')
    for (const [typed, completed] of [
      ['heal', /clustered health $/],
      ['describe shop-f', /describe shop-front $/],
      ['list --crash', /list --crashed-since $/],
      ['list --sort res', /--sort restarts $/],
      ['start appl', /start application\.js $/],
      ['completion z', /completion zsh $/],
    ] as const) {
      const since = terminal.output.length
      terminal.type(`clustered ${typed}\t`)
      await terminal.sees(completed, since)
      // Takes away what is typed.
      terminal.type('\u0015')
    }
  })

  it('has scripts for other shells, and says which', async (t) => {
    const desk = new Desk(t)
    assert.match((await desk.run('completion', 'zsh')).stdout, /^#compdef clustered\n[^]*'list:All that runs/)
    assert.match(
      (await desk.run('completion', 'fish')).stdout,
      /-n '__fish_seen_subcommand_from list ls[^']*' -l sort -x -a 'name memory/,
    )
    const { code, stderr } = await desk.run('completion', 'tcsh')
    assert.equal(code, 2)
    assert.match(stderr, /no completion for 'tcsh'\. Expected: bash, zsh, fish/)
  })
})
