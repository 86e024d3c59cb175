import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { it } from 'node:test'
import { allOptions, defaultInWords, flagOf, variableOf } from './paths.ts'

const sources = ['options.ts', 'hooks.ts', 'health-options.ts'].map((file) =>
  readFileSync(path.join(__dirname, '../../src', file), 'utf8'),
)

/** The docstring of a property, in one line and without backticks. */
function docstring(interfaceName: string, property: string): string {
  const source = sources.find((text) => text.includes(`interface ${interfaceName}`))!
  const [body] = source.slice(source.indexOf(`interface ${interfaceName}`)).split('\n}\n')
  const [, text = ''] = new RegExp(`/\\*\\*((?:(?!\\*/)[^])*)\\*/\\n  ${property}\\?:`).exec(body!) ?? []
  return text
    .replaceAll(/\s*\n\s*\*?\s*/g, ' ')
    .replaceAll('`', '')
    .trim()
}

const interfaces: Record<string, string> = {
  reload: 'ReloadOptions',
  goodbye: 'GoodbyeOptions',
  metrics: 'MetricsOptions',
  admin: 'AdminOptions',
}

for (const { path: name, option } of allOptions)
  it(`the docstring of ${name} says what the table says`, () => {
    const [group, member] = name.split('.') as [string, string?]
    const owners = ['ClusteredOptions', 'Hooks', 'HealthOptions']
    const text =
      member === undefined
        ? owners.map((own) => docstring(own, group)).find(Boolean)!
        : docstring(interfaces[group]!, member)
    assert.ok(text.startsWith(option.doc), `${text}\nbegins with\n${option.doc}`)
    const [, shown = ''] = / ?@default (.*)/.exec(text) ?? []
    const expected = defaultInWords(option).replaceAll('`', '')
    assert.ok(
      expected === '' ? shown === '' : shown.startsWith(expected),
      `@default ${shown}\nis\n${expected}`,
    )
  })

it('flags and variables have the names of their options', () => {
  assert.equal(flagOf('drainTimeout'), '--drain-timeout')
  assert.equal(flagOf('goodbye.perSecond'), '--goodbye-per-second')
  assert.equal(variableOf('goodbye.perSecond'), 'CLUSTERED_GOODBYE_PER_SECOND')
})
