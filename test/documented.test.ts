import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { describe, it } from 'node:test'
import { allOptions, sayable, variableOf } from '@clustered/core/options'
import {
  allDocuments,
  firstNames,
  propertiesOf,
  readPage,
  readSource,
  rows,
  sorted,
  sources,
} from './support/documents.ts'

/** And no error code. */
const variable = /(?<![A-Z_])CLUSTERED_[A-Z_]*[A-Z](?![A-Z_])/g

describe('the documentation', () => {
  it('has every error code once, with cause and remedy, and no other', () => {
    const made = sources().flatMap((text) => text.match(/\bERR_CLUSTERED_[A-Z_]+[A-Z]\b/g) ?? [])
    const errors = rows('reference/errors.md')
    const told = errors.map(([code]) => code!.replaceAll('`', ''))
    assert.deepEqual(sorted(told), sorted(made))
    assert.equal(told.length, new Set(told).size, 'none stands there twice')
    for (const [code, cause, remedy] of errors) assert.ok(cause && remedy, `${code} has a cause and a remedy`)
  })

  it('has every diagnostics channel with its message, and no other', () => {
    const source = readSource('core/src/diagnostics.ts')
    const made = [...source.matchAll(/^  '(clustered:[a-z:]+)': \{ (.*) \}$/gm)].map(([, name, message]) => [
      name,
      [...message!.matchAll(/(\w+):/g)].map(([, part]) => part).join(', '),
    ])
    const told = rows('observe/diagnostics.md').map(([name, message]) =>
      [name, message].map((cell) => cell!.replaceAll(/[`{}]/g, '').trim()),
    )
    assert.deepEqual(told, made)
  })

  it("has every event of the primary's own lines, and no other", () => {
    const source = readSource('core/src/log.ts')
    const [, list = ''] = /type LogEvent =([^]*?)\n\n/.exec(source) ?? []
    const told = rows('operate/logs.md').flatMap(([names]) => names!.match(/(?<=`)[a-z][a-z:-]+(?=`)/g) ?? [])
    assert.deepEqual(
      sorted(told.filter((name) => name !== 'event')),
      sorted(list.match(/[a-z][a-z:-]+/g) ?? []),
    )
  })

  it('has every hook in the table of its deadlines, and no other', () => {
    assert.deepEqual(
      sorted(firstNames('reference/lifecycle.md', '## Hooks')),
      sorted(propertiesOf('core/src/hooks.ts', 'Hooks')),
    )
  })

  it('has every signal that the primary takes, and every exit code', () => {
    const page = 'reference/signals.md'
    const lists = readSource('core/src/signal-names.ts').match(/SIG[A-Z0-9]+/g)!
    // Of Windows: the page has it in its text.
    const taken = sorted(lists).filter((name) => name !== 'SIGBREAK')
    assert.match(readPage(page), /SIGBREAK/)
    const table = (behind: string): string =>
      readPage(page).slice(readPage(page).indexOf(behind)).split('\n\n')[1]!
    const told = (text: string): string[] => sorted(text.match(/SIG[A-Z0-9]+/g) ?? [])
    assert.deepEqual(told(table('## To the primary')), taken)
    assert.deepEqual(told(table('## To a worker')), sorted([...taken, 'SIGKILL']))
    const codes = table('## Exit codes of the primary')
    const ofSignals = ['SIGQUIT', 'SIGINT', 'SIGTERM'] as const
    const numbers = ofSignals.map((name) => 128 + constants.signals[name]).join(', ')
    assert.match(codes, new RegExp(`^\\| ${numbers} +\\| A second ${ofSignals.join(', ')}:`, 'm'))
  })

  it('has every route of the control socket, and no other', () => {
    const own = readSource('core/src/control/routes.ts').match(/(?:GET|POST) \/v1\/[a-z-]+(?=')/g)!
    const inside = readSource('core/src/control/inside/routes.ts')
    const streamed = /streamed = \{ (.*) \}/.exec(inside)![1]!.split(', ')
    const looks = inside.match(/(?:GET|POST) \/v1\/[a-z-]+(?=')/g)!
    const made = [...own, ...looks, ...streamed.map((name) => `POST /v1/${name}`)]
    assert.deepEqual(sorted(firstNames('reference/control-socket.md', '| Request')), sorted(made))
  })

  it('has every event of the live stream, and no other', () => {
    const made = propertiesOf('core/src/control/live/live.ts', 'LiveEvents')
    assert.deepEqual(sorted(firstNames('reference/control-socket.md', '| Event')), sorted(made))
  })

  it('names no variable that says nothing, and has each that says something', () => {
    const ofOptions = sayable.map(({ path }) => variableOf(path))
    const texts = allDocuments()
    const named = sorted(texts.flatMap(({ text }) => text.match(variable) ?? []))
    const inSource = sorted(sources().flatMap((text) => text.match(variable) ?? []))
    // By them Clustered tells its own processes something.
    const internal = ['CLUSTERED_BRIEFING', 'CLUSTERED_DAEMON', 'CLUSTERED_OF_GROUP']
    const others = inSource.filter((name) => !ofOptions.includes(name) && !internal.includes(name))
    assert.deepEqual(named, sorted([...ofOptions, ...others]))
  })

  it('names no metric that there is not, and has each of a cluster', () => {
    const made = sorted(
      sources().flatMap(
        (text) => text.match(/(?<=['`])(?:clustered|http_server|nodejs|process)_[a-z_]+(?=['`])/g) ?? [],
      ),
    )
    const known = new Set(
      made.flatMap((name) => [name, ...['bucket', 'sum', 'count'].map((part) => `${name}_${part}`)]),
    )
    // They are prom-client's, and left out.
    for (const name of ['process_open_fds', 'process_max_fds']) known.add(name)
    const wrong = allDocuments().flatMap(({ name, text }) =>
      (text.match(/(?<![\w.$])(?:clustered|http_server|nodejs|process)_[a-z_]*[a-z](?!\w)/g) ?? [])
        .filter((metric) => !known.has(metric))
        .map((metric) => `${name}: ${metric}`),
    )
    assert.deepEqual(sorted(wrong), [])
    const page = readPage('observe/metrics.md')
    assert.deepEqual(
      made.filter((name) => name.startsWith('clustered_') && !page.includes(`\`${name}\``)),
      [],
    )
  })

  it('has every span with its own attributes', () => {
    const source = readSource('core/src/telemetry/otel/traces.ts')
    const kinds = [...source.matchAll(/#(?:begin|start)\(\s*'(\w+)'/g)].map(([, kind]) => `clustered ${kind}`)
    assert.deepEqual(sorted(firstNames('observe/opentelemetry.md', '| Span')), sorted(kinds))
    const [, section = ''] = /^## Spans$([^]*?)^## /m.exec(readPage('observe/opentelemetry.md')) ?? []
    const attributes = (text: string): string[] =>
      sorted(text.match(/(?<=['`])(?:clustered|code)\.[a-z.]+(?=['`])/g) ?? [])
    assert.deepEqual(attributes(section), attributes(source))
  })

  it('has a heading for every option', () => {
    const headings = [...readPage('reference/options.md').matchAll(/^## (.*)$/gm)].flatMap(([, text]) =>
      text!.split(', '),
    )
    const without = allOptions
      .filter(({ option }) => option.kind.members === undefined)
      .map(({ path }) => path)
      .filter((path) => !headings.includes(path) && !headings.includes(path.split('.')[0]!))
    assert.deepEqual(without, [])
  })

  it('shows answers with every property that they have', () => {
    for (const [page, file, name] of [
      ['reference/control-socket.md', 'core/src/control/status.ts', 'ProgramStatus'],
      ['deploy/health.md', 'core/src/health/verdict.ts', 'Health'],
    ] as const) {
      const [, sample = '{}'] = /^```json\n([^]*?)^```/m.exec(readPage(page)) ?? []
      assert.deepEqual(Object.keys(JSON.parse(sample) as object), propertiesOf(file, name), page)
    }
  })
})
