import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Desk } from './support/desk.ts'
import { pretend } from './support/pretended.ts'
import { Terminal } from './support/terminal.ts'

describe('clustered help', () => {
  it('has every command, and of each its options, examples and exit codes', async (t) => {
    const desk = new Desk(t)
    const overview = await desk.run('help')
    assert.equal(overview.code, 0)
    const commands = [...overview.stdout.matchAll(/^ {2}([a-z]+) (?=.* {2}|[<[])/gm)].map(([, name]) => name!)
    for (const name of ['start', 'list', 'health', 'delete', 'completion'])
      assert.ok(commands.includes(name), name)
    const helps = await Promise.all(
      commands.filter((name) => name !== 'clustered').map((name) => desk.run('help', name)),
    )
    for (const { code, stdout } of helps) {
      assert.equal(code, 0)
      assert.match(
        stdout,
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
      /-n '__fish_seen_subcommand_from list ls' -l sort -x -a 'name memory/,
    )
    const { code, stderr } = await desk.run('completion', 'tcsh')
    assert.equal(code, 2)
    assert.match(stderr, /no completion for 'tcsh'\. Expected: bash, zsh, fish/)
  })
})
